// The scalar functions whose meaning is aligrad.tensor.UnaryOp and BinaryOp, where OpenCL C has no
// function or operator that does the same.

#define REAL_FUNCTIONS(T)                                                                          \
    inline T sign_##T(T x) { return isnan(x) ? x : sign(x); }                                      \
    inline T softplus_##T(T x) { return fmax(x, (T)0) + log1p(exp(-fabs(x))); }                    \
    inline T relu_##T(T x) { return x > 0 || isnan(x) ? x : 0; }                                   \
    inline T max_##T(T x, T y) { return isnan(x) || isnan(y) ? (T)NAN : fmax(x, y); }              \
    inline T min_##T(T x, T y) { return isnan(x) || isnan(y) ? (T)NAN : fmin(x, y); }              \
    inline T pow_##T(T x, T y) {                                                                   \
        return isnan(y) || (isinf(y) && fabs(x) == 1) ? (T)NAN : pow(x, y);                        \
    }                                                                                              \
    inline T mod_##T(T x, T y) { return x - floor(x / y) * y; }                                    \
    inline long to_long_##T(T x) { return isnan(x) ? 0 : convert_long_sat_rtz(x); }                \
    inline int to_int_##T(T x) { return isnan(x) ? 0 : convert_int_sat_rtz(x); }                   \
    inline uchar to_uchar_##T(T x) { return isnan(x) ? 0 : convert_uchar_sat_rtz(x); }

// Where exp(-x) would overflow in a float but not in a double, the result is still a number.
inline float sigmoid_float(float x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
inline double sigmoid_double(double x) { return 1 / (1 + exp(-x)); }

REAL_FUNCTIONS(float)
REAL_FUNCTIONS(double)

// Whole numbers wrap around, also where C leaves that open.
inline int add_int(int x, int y) { return (int)((uint)x + (uint)y); }
inline int sub_int(int x, int y) { return (int)((uint)x - (uint)y); }
inline int mul_int(int x, int y) { return (int)((uint)x * (uint)y); }
inline long add_long(long x, long y) { return (long)((ulong)x + (ulong)y); }
inline long sub_long(long x, long y) { return (long)((ulong)x - (ulong)y); }
inline long mul_long(long x, long y) { return (long)((ulong)x * (ulong)y); }
inline uchar add_uchar(uchar x, uchar y) { return (uchar)(x + y); }
inline uchar sub_uchar(uchar x, uchar y) { return (uchar)(x - y); }
inline uchar mul_uchar(uchar x, uchar y) { return (uchar)(x * y); }

// A division by zero is noted, with what was to be divided, and becomes an error of the operation.
// The smallest number has no negative, so division by -1 is written as a subtraction.
inline long div_long(long x, long y, global long* failure) {
    if (y == 0) {
        failure[1] = x;
        failure[0] = 1;
        return 0;
    }
    return y == -1 ? sub_long(0, x) : x / y;
}

inline long mod_long(long x, long y, global long* failure) {
    if (y == 0) {
        failure[1] = x;
        failure[0] = 1;
        return 0;
    }
    const long r = y == -1 ? 0 : x % y;
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

// Philox 4x32-10, as in aligrad.tensor.Philox: the four words of a block.
inline uint4 philox(long key, long call, long block) {
    uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = (uint)call, c3 = (uint)(call >> 32);
    uint k0 = (uint)key, k1 = (uint)(key >> 32);
    for (int round = 0; round < 10; round++) {
        const uint h0 = mul_hi(0xD2511F53u, c0), l0 = 0xD2511F53u * c0;
        const uint h1 = mul_hi(0xCD9E8D57u, c2), l1 = 0xCD9E8D57u * c2;
        c0 = h1 ^ c1 ^ k0;
        c2 = h0 ^ c3 ^ k1;
        c1 = l1;
        c3 = l0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return (uint4)(c0, c1, c2, c3);
}

inline float uniform_float(long key, long call, long i) {
    const uint4 w = philox(key, call, i >> 2);
    const uint low = (i & 1) == 0 ? w.x : w.y, high = (i & 1) == 0 ? w.z : w.w;
    return (float)(((i & 2) == 0 ? low : high) >> 8) * 0x1p-24f;
}

inline double uniform_double(long key, long call, long i) {
    const uint4 w = philox(key, call, i >> 1);
    const ulong bits = (i & 1) == 0 ? (ulong)w.x << 32 | w.y : (ulong)w.z << 32 | w.w;
    return (double)(bits >> 11) * 0x1p-53;
}
