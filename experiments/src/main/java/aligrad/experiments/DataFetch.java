package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// `aligrad data fetch`.
@Command(
        name = "fetch",
        description = {
            "Fetches a data set from its authors' server, checks and unpacks it.",
            "A download that was interrupted goes on where it was when the command is run again."
                    + " The archive stays; once it is unpacked it may be deleted."
        },
        mixinStandardHelpOptions = true)
final class DataFetch implements Callable<Integer> {

    @Parameters(paramLabel = "NAME", description = "svhn, cifar10, cifar100, snli or glove")
    private String name = "";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "where to put it (default: data/NAME, where 'aligrad train' looks)")
    private @Nullable Path data;

    @Option(
            names = "--from",
            paramLabel = "URL",
            description = "another server's folder with the same files")
    private @Nullable String from;

    @Override
    public Integer call() {
        DataSet set = DataSet.of(name);
        if (set == DataSet.IMAGENET) {
            throw new UsageException(
                    """
                    imagenet: it cannot be fetched by a program; do this by hand.
                    1. Ask for access at https://image-net.org/download.php and agree to its terms.
                    2. Fetch ILSVRC2012_img_train.tar (MD5 1d675b47d978889d74fa0da5fadfb00e) and
                       ILSVRC2012_img_val.tar (MD5 29b22e2961454d5413ddabcf34fc5622).
                    3. Unpack the first, and each of the 1000 archives in it into DIR/train/CLASS, where
                       CLASS is the name of that archive, such as n01440764.
                    4. Unpack the second, and sort its 50,000 images into DIR/val/CLASS by
                       ILSVRC2012_validation_ground_truth.txt of ILSVRC2012_devkit_t12.tar.gz
                       (MD5 fa75699e90414af021442c21a62c3abf).
                    5. ./aligrad data check imagenet --data DIR\
                    """);
        }
        Path directory = data == null ? DataFolder.FETCHED.resolve(name) : data;
        URI mirror = mirror();
        List<String> members = members(set);
        if (!members.isEmpty()
                && members.stream().allMatch(m -> Files.exists(directory.resolve(m)))) {
            System.out.printf("%s is in %s already.%n", set.title(), directory);
            return 0;
        }
        make(directory);
        for (PublishedFile file : set.files()) {
            URI source = mirror == null ? file.uri() : mirror.resolve(file.name());
            Path there = new Download(file, source, directory, System.out).run();
            if (!members.isEmpty()) {
                Archive.unpack(there, directory, members, System.out);
            }
        }
        System.out.printf("%s is in %s.%n", set.title(), directory);
        return 0;
    }

    private @Nullable URI mirror() {
        if (from == null) {
            return null;
        }
        try {
            URI uri = URI.create(from.endsWith("/") ? from : from + "/");
            if (Download.isWeb(uri)) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException("--from %s: %s.".formatted(from, e.getMessage()), e);
        }
        throw new UsageException(
                "--from %s: it must begin with http:// or https:// and a host.".formatted(from));
    }

    private static void make(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UsageException(
                    "--data %s: it cannot be made (%s); name a directory that you may write to."
                            .formatted(directory, TextFile.reason(e)),
                    e);
        }
    }

    /// What of the archive is unpacked, by its names there.
    private static List<String> members(DataSet set) {
        String prefix = set.folder().isEmpty() ? "" : set.folder() + "/";
        return set.members().stream().map(member -> prefix + member.name()).toList();
    }
}
