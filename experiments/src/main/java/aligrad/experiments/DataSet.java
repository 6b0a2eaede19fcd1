package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The data sets that can be fetched or checked: what their authors publish, and what of it the
/// experiments read.
enum DataSet {
    SVHN(
            "SVHN, format 2",
            "",
            file(
                    "http://ufldl.stanford.edu/housenumbers/",
                    SvhnData.TRAIN,
                    182_040_794,
                    Checksum.sha256(
                            "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8")),
            file(
                    "http://ufldl.stanford.edu/housenumbers/",
                    SvhnData.TEST,
                    64_275_384,
                    Checksum.sha256(
                            "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b")),
            file(
                    "http://ufldl.stanford.edu/housenumbers/",
                    SvhnData.EXTRA,
                    1_329_278_602,
                    Checksum.sha256(
                            "a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3"))),

    CIFAR10(
            "CIFAR-10 in binary form",
            CifarFormat.CIFAR10.folder(),
            file(
                    "https://www.cs.toronto.edu/~kriz/",
                    "cifar-10-binary.tar.gz",
                    170_052_171,
                    Checksum.sha256(
                            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"))),

    CIFAR100(
            "CIFAR-100 in binary form",
            CifarFormat.CIFAR100.folder(),
            file(
                    "https://www.cs.toronto.edu/~kriz/",
                    "cifar-100-binary.tar.gz",
                    168_513_733,
                    Checksum.sha256(
                            "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"))),

    SNLI(
            "SNLI 1.0",
            SnliData.FOLDER,
            file(
                    "https://nlp.stanford.edu/projects/snli/",
                    "snli_1.0.zip",
                    94_550_081,
                    Checksum.sha256(
                            "afb3d70a5af5d8de0d9d81e2637e0fb8c22d1235c2749d83125ca43dab0dbd3e"))),

    /// No checksum of it was published; that of each member in the archive is checked.
    GLOVE(
            "GloVe of 840 billion words",
            "",
            file("https://nlp.stanford.edu/data/", "glove.840B.300d.zip", 2_176_768_927L, null)),

    /// Nobody may fetch it without having agreed to its terms.
    IMAGENET("ImageNet of 2012", "");

    /// Bytes of a file of 10,000 images of CIFAR-10, and of CIFAR-100.
    private static final long CIFAR10_BYTES = 10_000L * CifarFormat.CIFAR10.recordBytes();

    private static final long CIFAR100_BYTES = 10_000L * CifarFormat.CIFAR100.recordBytes();

    private final String title;
    private final String folder;
    private final List<PublishedFile> files;

    /// @param folder what the archive unpacks to; empty if to the directory itself
    DataSet(String title, String folder, PublishedFile... files) {
        this.title = title;
        this.folder = folder;
        this.files = List.of(files);
    }

    private static PublishedFile file(
            String from, String name, long bytes, @Nullable Checksum checksum) {
        return new PublishedFile(name, URI.create(from + name), bytes, checksum);
    }

    /// A file that the experiments read.
    ///
    /// @param name in the folder
    /// @param bytes -1 where it was not published
    /// @param checksum `null` where it was not published
    record Member(String name, long bytes, @Nullable Checksum checksum) {}

    /// @throws UsageException if there is none of this name
    static DataSet of(String name) {
        return Arrays.stream(values())
                .filter(set -> set.command().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "%s: there is no data set of that name; choose %s."
                                                .formatted(
                                                        name,
                                                        Arrays.stream(values())
                                                                .map(DataSet::command)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    /// Such as `cifar10`.
    String command() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Such as `SNLI 1.0`.
    String title() {
        return title;
    }

    /// What its archive unpacks to; empty if to the directory itself.
    String folder() {
        return folder;
    }

    /// What its authors publish.
    List<PublishedFile> files() {
        return files;
    }

    /// What of its archive the experiments read; empty where the published files themselves are.
    List<Member> members() {
        return switch (this) {
            case SVHN, IMAGENET -> List.of();
            case CIFAR10 ->
                    List.of(
                            new Member("data_batch_1.bin", CIFAR10_BYTES, null),
                            new Member("data_batch_2.bin", CIFAR10_BYTES, null),
                            new Member("data_batch_3.bin", CIFAR10_BYTES, null),
                            new Member("data_batch_4.bin", CIFAR10_BYTES, null),
                            new Member("data_batch_5.bin", CIFAR10_BYTES, null),
                            new Member("test_batch.bin", CIFAR10_BYTES, null));
            case CIFAR100 ->
                    List.of(
                            new Member(
                                    "train.bin",
                                    5 * CIFAR100_BYTES,
                                    Checksum.md5("6172c7755cfe09b2fe270c85cebc1b15")),
                            new Member(
                                    "test.bin",
                                    CIFAR100_BYTES,
                                    Checksum.md5("4499cfba6c016c1be1438163640a0898")));
            case SNLI ->
                    List.of(
                            new Member("snli_1.0_train.jsonl", -1, null),
                            new Member("snli_1.0_dev.jsonl", -1, null),
                            new Member("snli_1.0_test.jsonl", -1, null));
            case GLOVE -> List.of(new Member("glove.840B.300d.txt", -1, null));
        };
    }
}
