package aligrad.backends.opencl.driver;

import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.jspecify.annotations.Nullable;

/// A device that a driver offers.
public final class Found {

    private final Facts facts;
    private final @Nullable String obstacle;
    private final cl_platform_id platform;
    private final cl_device_id device;

    Found(Facts facts, @Nullable String obstacle, cl_platform_id platform, cl_device_id device) {
        this.facts = facts;
        this.obstacle = obstacle;
        this.platform = platform;
        this.device = device;
    }

    public Facts facts() {
        return facts;
    }

    /// Why it cannot be used, with the remedy; `null` if it can.
    public @Nullable String obstacle() {
        return obstacle;
    }

    /// Opens it; what is opened stays open until the process ends.
    public Session open() {
        return new Session(facts, platform, device);
    }
}
