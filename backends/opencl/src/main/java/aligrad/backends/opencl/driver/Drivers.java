package aligrad.backends.opencl.driver;

import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The devices of this machine, looked for once.
///
/// @param devices all that drivers offer, in the drivers' order
/// @param obstacles why there are none, or fewer than there might be: sentences with the remedy
public record Drivers(List<Found> devices, List<String> obstacles) {

    public Drivers {
        devices = List.copyOf(devices);
        obstacles = List.copyOf(obstacles);
    }

    /// What is here. Never throws: where OpenCL is missing, the obstacles say so.
    public static Drivers here() {
        return Once.DRIVERS;
    }

    private static final class Once {
        static final Drivers DRIVERS = look();
    }

    private static Drivers look() {
        // JOCL unpacks its library into the temporary directory. Under one name for all, two
        // programs that start at the same moment overwrite what the other one has mapped.
        System.setProperty("uniqueLibraryNames", "true");
        try {
            CL.setExceptionsEnabled(true);
            return ask();
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            return new Drivers(List.of(), List.of(notLoaded(e)));
        } catch (CLException e) {
            return new Drivers(List.of(), List.of(noDriver(e)));
        }
    }

    private static Drivers ask() {
        int[] count = new int[1];
        CL.clGetPlatformIDs(0, null, count);
        cl_platform_id[] platforms = new cl_platform_id[count[0]];
        CL.clGetPlatformIDs(platforms.length, platforms, null);
        List<Found> devices = new ArrayList<>();
        List<String> obstacles = new ArrayList<>();
        for (cl_platform_id platform : platforms) {
            String name = text(platform, CL.CL_PLATFORM_NAME);
            try {
                CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count);
                cl_device_id[] ids = new cl_device_id[count[0]];
                CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, ids.length, ids, null);
                for (cl_device_id id : ids) {
                    Facts facts = facts(name, id);
                    devices.add(new Found(facts, obstacle(facts, id), platform, id));
                }
            } catch (CLException e) {
                obstacles.add(
                        "driver '%s' is installed but offers no device (%s); on a container, check"
                                        .formatted(name, CL.stringFor_errorCode(e.getStatus()))
                                + " that the device is passed into it");
            }
        }
        return new Drivers(devices, obstacles);
    }

    /// JOCL tells the causes in the text of its message.
    static String notLoaded(Throwable e) {
        StringBuilder causes = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            causes.append(cause).append('\n');
        }
        String text = causes.toString();
        if (text.contains("IllegalCallerException") || text.contains("native-access")) {
            return "Java refuses to load JOCL's library; start it with"
                    + " --enable-native-access=ALL-UNNAMED";
        }
        String detail =
                text.lines()
                        .filter(line -> line.contains("libOpenCL"))
                        .findFirst()
                        .orElse(text.lines().findFirst().orElse(""));
        return "no OpenCL loader was found (libOpenCL.so.1 on Linux): install one, on Debian"
                + " ocl-icd-libopencl1, and the driver of your device, for a processor"
                + " pocl-opencl-icd ["
                + detail.strip()
                + "]";
    }

    private static String noDriver(CLException e) {
        return "there is an OpenCL loader but no driver for it (%s): install your device's, for a"
                        .formatted(CL.stringFor_errorCode(e.getStatus()))
                + " processor on Debian pocl-opencl-icd, and look whether it is registered under"
                + " /etc/OpenCL/vendors";
    }

    private static @Nullable String obstacle(Facts facts, cl_device_id id) {
        if (number(id, CL.CL_DEVICE_AVAILABLE, 4) == 0) {
            return "it says that it is not available, because another program holds it";
        }
        if (number(id, CL.CL_DEVICE_COMPILER_AVAILABLE, 4) == 0) {
            return "it has no compiler, and kernels are compiled where they run; use a driver that"
                    + " has one";
        }
        if (number(id, CL.CL_DEVICE_ENDIAN_LITTLE, 4) == 0) {
            return "it is big-endian, and tensors are little-endian";
        }
        if (!facts.doubles()) {
            return "it does not compute in double precision (cl_khr_fp64), which F64 tensors and"
                    + " the squared norm of a gradient need";
        }
        return null;
    }

    private static Facts facts(String platform, cl_device_id id) {
        String extensions = text(id, CL.CL_DEVICE_EXTENSIONS);
        long single = number(id, CL.CL_DEVICE_SINGLE_FP_CONFIG, 8);
        return new Facts(
                platform,
                text(id, CL.CL_DEVICE_NAME),
                text(id, CL.CL_DEVICE_VENDOR),
                text(id, CL.CL_DRIVER_VERSION),
                text(id, CL.CL_DEVICE_VERSION),
                (number(id, CL.CL_DEVICE_TYPE, 8) & CL.CL_DEVICE_TYPE_CPU) != 0,
                (int) number(id, CL.CL_DEVICE_MAX_COMPUTE_UNITS, 4),
                number(id, CL.CL_DEVICE_GLOBAL_MEM_SIZE, 8),
                number(id, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE, 8),
                number(id, CL.CL_DEVICE_LOCAL_MEM_SIZE, 8),
                (int) number(id, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE, Sizeof.size_t),
                vectorBytes(id),
                (" " + extensions + " ").contains(" cl_khr_fp64 "),
                (single & CL.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0,
                extensions);
    }

    private static int vectorBytes(cl_device_id id) {
        long floats = number(id, CL.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, 4);
        return (int) (4 * Long.highestOneBit(Math.clamp(floats, 4, 16)));
    }

    private static String text(cl_platform_id platform, int what) {
        long[] size = new long[1];
        CL.clGetPlatformInfo(platform, what, 0, null, size);
        byte[] bytes = new byte[(int) size[0]];
        CL.clGetPlatformInfo(platform, what, bytes.length, Pointer.to(bytes), null);
        return string(bytes);
    }

    private static String text(cl_device_id device, int what) {
        long[] size = new long[1];
        CL.clGetDeviceInfo(device, what, 0, null, size);
        byte[] bytes = new byte[(int) size[0]];
        CL.clGetDeviceInfo(device, what, bytes.length, Pointer.to(bytes), null);
        return string(bytes);
    }

    private static String string(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }

    private static long number(cl_device_id device, int what, int bytes) {
        long[] value = new long[1];
        CL.clGetDeviceInfo(device, what, bytes, Pointer.to(value), null);
        return bytes == 4 ? value[0] & 0xffffffffL : value[0];
    }
}
