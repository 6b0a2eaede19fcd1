package aligrad.backends.opencl.driver;

/// What a device says of itself.
///
/// @param platform the driver's name, such as `NVIDIA CUDA`
/// @param name the device's, such as `NVIDIA H200`
/// @param vendor who made it
/// @param driver the driver's version
/// @param version the version of OpenCL that it speaks, such as `OpenCL 3.0 CUDA`
/// @param cpu whether it is a processor, whose work-items are loops
/// @param computeUnits how many work-groups run at a time
/// @param memory global memory, in bytes
/// @param largestBuffer the most that one buffer may have, in bytes
/// @param localMemory local memory of a work-group, in bytes
/// @param largestGroup the most work-items of a work-group
/// @param vectorBytes the vectors that a processor computes with, in bytes, from 16 to 64
/// @param doubles whether it computes in double precision
/// @param roundsDivision whether division and square root of floats can be correctly rounded
/// @param extensions names separated by spaces
public record Facts(
        String platform,
        String name,
        String vendor,
        String driver,
        String version,
        boolean cpu,
        int computeUnits,
        long memory,
        long largestBuffer,
        long localMemory,
        int largestGroup,
        int vectorBytes,
        boolean doubles,
        boolean roundsDivision,
        String extensions) {}
