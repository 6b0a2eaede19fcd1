package aligrad.tensor;

/// Masks of matrix places: which side of a diagonal they are on.
final class Triangle {

    private Triangle() {}

    /// `BOOL (rows, columns)`: true where `column - row <= k`.
    static Tensor lower(int rows, int columns, int k, Device device) {
        return offsets(rows, columns, device).le(k);
    }

    /// `BOOL (n, n)`: true on the main diagonal.
    static Tensor diagonal(int n, Device device) {
        return offsets(n, n, device).eq(0);
    }

    private static Tensor offsets(int rows, int columns, Device device) {
        return Device.use(device, () -> Tensor.range(columns).sub(Tensor.range(rows).unsqueeze(1)));
    }
}
