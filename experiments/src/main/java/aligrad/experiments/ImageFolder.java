package aligrad.experiments;

import aligrad.tensor.Random;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/// Pictures in files, a folder for each class, read when they are asked for.
///
/// Classes are numbered by the sorted names of their folders, and pictures sorted by name within.
/// Names that begin with a dot are left out.
final class ImageFolder implements ImageSet {

    /// Of the squares that are cut out.
    private static final int SIDE = 224;

    private final List<String> classes;
    private final List<Path> files;
    private final int[] starts;
    private final boolean augmented;
    private final long checksum;

    private ImageFolder(
            List<String> classes,
            List<Path> files,
            int[] starts,
            boolean augmented,
            long checksum) {
        this.classes = classes;
        this.files = files;
        this.starts = starts;
        this.augmented = augmented;
        this.checksum = checksum;
    }

    /// Finds the pictures, and reads none.
    ///
    /// @param augmented whether training takes a random square of a picture as it is stored,
    ///   mirrored or not, instead of the middle of the scaled picture
    /// @throws UsageException if there is no such folder, or no class, or a class without pictures
    static ImageFolder open(Path directory, boolean augmented) {
        List<Path> folders = sorted(directory).stream().filter(Files::isDirectory).toList();
        if (folders.isEmpty()) {
            throw new UsageException(
                    "%s: it has no folders; there must be one for each class."
                            .formatted(directory));
        }
        List<Path> files = new ArrayList<>();
        List<String> classes = new ArrayList<>();
        int[] starts = new int[folders.size() + 1];
        CRC32 checksum = new CRC32();
        for (Path folder : folders) {
            String name = folder.getFileName().toString();
            for (Path file : sorted(folder)) {
                if (Files.isRegularFile(file)) {
                    files.add(file);
                    String inside = name + "/" + file.getFileName() + "\n";
                    checksum.update(inside.getBytes(StandardCharsets.UTF_8));
                }
            }
            if (files.size() == starts[classes.size()]) {
                throw new UsageException(
                        "%s: it has no files; pictures of its class belong there."
                                .formatted(folder));
            }
            classes.add(name);
            starts[classes.size()] = files.size();
        }
        return new ImageFolder(classes, files, starts, augmented, checksum.getValue());
    }

    private static List<Path> sorted(Path directory) {
        List<Path> entries = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            throw new UsageException("%s: there is no such directory.".formatted(directory));
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path entry : all) {
                if (!entry.getFileName().toString().startsWith(".")) {
                    entries.add(entry);
                }
            }
        } catch (IOException e) {
            throw TextFile.unreadable(directory, e);
        }
        entries.sort((a, b) -> name(a).compareTo(name(b)));
        return entries;
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    /// The names of the classes' folders.
    List<String> classes() {
        return classes;
    }

    /// The place of the first picture of a class; of the number of classes, how many there are.
    int start(int ofClass) {
        return starts[ofClass];
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public int height() {
        return SIDE;
    }

    @Override
    public int width() {
        return SIDE;
    }

    @Override
    public Normalization normalization() {
        return Normalization.IMAGENET;
    }

    @Override
    public int label(int image) {
        int found = Arrays.binarySearch(starts, image);
        return found >= 0 ? found : -found - 2;
    }

    /// In evaluation, and in training without augmentation: the shorter side is scaled to 224, and
    /// the middle cut out. With it: a random square of the picture as it is stored, which is scaled
    /// only where it is smaller than that.
    ///
    /// @throws UsageException if the file is damaged
    @Override
    public void write(int image, @Nullable Random augmentation, byte[] to, int at) {
        Picture picture = Picture.read(files.get(image));
        if (augmentation == null || !augmented) {
            picture.scaledTo(SIDE).writeCentre(SIDE, to, at);
            return;
        }
        boolean small = Math.min(picture.height(), picture.width()) < SIDE;
        augmentation.seek(3L * image);
        (small ? picture.scaledTo(SIDE) : picture).writeAnywhere(SIDE, augmentation, to, at);
    }

    /// The CRC-32 of the names of all files with their folders.
    @Override
    public long checksum() {
        return checksum;
    }
}
