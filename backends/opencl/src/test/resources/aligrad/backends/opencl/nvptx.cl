// The functions of OpenCL C that mma.cl calls, for a clang that has no library of them: what NVIDIA's
// compiler brings along.
#define ATTRIBUTES __attribute__((overloadable, always_inline))

size_t ATTRIBUTES get_local_id(uint d) { return __nvvm_read_ptx_sreg_tid_x(); }
size_t ATTRIBUTES get_group_id(uint d) {
    return d == 0 ? __nvvm_read_ptx_sreg_ctaid_x()
            : d == 1 ? __nvvm_read_ptx_sreg_ctaid_y()
                     : __nvvm_read_ptx_sreg_ctaid_z();
}
void ATTRIBUTES __attribute__((convergent)) barrier(cl_mem_fence_flags flags) { __asm__ volatile("bar.sync 0;" ::: "memory"); }
int ATTRIBUTES min(int x, int y) { return x < y ? x : y; }
long ATTRIBUTES min(long x, long y) { return x < y ? x : y; }
