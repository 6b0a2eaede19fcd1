package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/// `aligrad data check`.
@Command(
        name = "check",
        description = {
            "Says whether a data set is complete: files, sizes, checksums, and what is in them.",
            "Reads all of it, so large sets take minutes."
        },
        mixinStandardHelpOptions = true)
final class DataCheck implements Callable<Integer> {

    /// The published images for training and validation, classes and images for the test.
    private static final long IMAGENET_TRAINING = 1_281_167;

    private static final long IMAGENET_CLASSES = 1000;
    private static final long IMAGENET_TEST = 50_000;

    @Parameters(
            paramLabel = "NAME",
            description = "svhn, cifar10, cifar100, snli, glove or imagenet")
    private String name = "";

    @Option(names = "--data", paramLabel = "DIR", description = "where it is (default: data/NAME)")
    private @Nullable Path data;

    private final List<String> problems = new ArrayList<>();

    @Override
    public Integer call() {
        DataSet set = DataSet.of(name);
        Path directory = data == null ? DataFolder.FETCHED.resolve(name) : data;
        DataFolder folder = new DataFolder(directory);
        if (set != DataSet.IMAGENET) {
            checkFiles(set, folder);
        }
        if (problems.isEmpty()) { // what is in a wrong file tells nothing
            checkContents(set, folder);
        }
        if (!problems.isEmpty()) {
            String remedy =
                    set == DataSet.IMAGENET
                            ? "./aligrad data fetch imagenet says what belongs there"
                            : "move what is wrong away, and run ./aligrad data fetch %s --data %s"
                                    .formatted(name, directory);
            throw new UsageException(
                    "%s in %s is not as published: %s; %s."
                            .formatted(
                                    set.title(), directory, String.join(", ", problems), remedy));
        }
        System.out.printf("%s in %s is complete.%n", set.title(), directory);
        return 0;
    }

    private void note(String what, @Nullable String problem) {
        System.out.printf("%s: %s%n", what, problem == null ? "right" : problem);
        if (problem != null) {
            problems.add(what + ": " + problem);
        }
    }

    private void checkFiles(DataSet set, DataFolder folder) {
        for (PublishedFile file : set.files()) {
            Path path = folder.path().resolve(file.name());
            if (Files.exists(path)) {
                note(file.name(), file.difference(path));
            } else if (set.members().isEmpty()) {
                note(file.name(), "missing");
            }
        }
        DataFolder unpacked = set.folder().isEmpty() ? folder : folder.unpacked(set.folder());
        for (DataSet.Member member : set.members()) {
            if (set == DataSet.SNLI) {
                continue; // of two forms, either
            }
            Path path = unpacked.path().resolve(member.name());
            note(
                    member.name(),
                    Files.exists(path)
                            ? Checksum.difference(path, member.bytes(), member.checksum())
                            : "missing");
        }
    }

    private void count(String what, long found, long expected) {
        note(
                "%s: %,d".formatted(what, found),
                found == expected ? null : "the published number is %,d".formatted(expected));
    }

    private void checkContents(DataSet set, DataFolder folder) {
        switch (set) {
            case SVHN -> {
                count("images of " + SvhnData.TRAIN, svhn(folder, SvhnData.TRAIN), 73_257);
                count("images of " + SvhnData.TEST, svhn(folder, SvhnData.TEST), 26_032);
                count("images of " + SvhnData.EXTRA, svhn(folder, SvhnData.EXTRA), 531_131);
            }
            case CIFAR10 -> checkCifar(folder, CifarFormat.CIFAR10);
            case CIFAR100 -> checkCifar(folder, CifarFormat.CIFAR100);
            case SNLI -> {
                checkSnli(folder, "train", 550_152, 549_367);
                checkSnli(folder, "dev", 10_000, 9_842);
                checkSnli(folder, "test", 10_000, 9_824);
            }
            case GLOVE -> checkGlove(folder);
            case IMAGENET -> {
                ImageFolder train =
                        ImageFolder.open(folder.path().resolve(ImageNetData.TRAIN), false);
                ImageFolder test =
                        ImageFolder.open(folder.path().resolve(ImageNetData.TEST), false);
                count("classes of train", train.classes().size(), IMAGENET_CLASSES);
                count("images of train", train.size(), IMAGENET_TRAINING);
                note(
                        "classes of val",
                        test.classes().equals(train.classes())
                                ? null
                                : "they are not those of train");
                count("images of val", test.size(), IMAGENET_TEST);
            }
        }
    }

    private static long svhn(DataFolder folder, String name) {
        return SvhnData.count(folder.path().resolve(name));
    }

    private void checkCifar(DataFolder folder, CifarFormat format) {
        count("images for training", CifarData.readTraining(folder.path(), format).size(), 50_000);
        count("images for the test", CifarData.readTest(folder.path(), format).size(), 10_000);
    }

    private void checkSnli(DataFolder folder, String part, long all, long labelled) {
        Path file = SnliData.file(folder.unpacked(SnliData.FOLDER), part);
        SnliFile.Counts counts = SnliFile.read(file, pair -> {});
        count("pairs of " + file.getFileName(), counts.all(), all);
        count("those with a label", counts.labelled(), labelled);
    }

    /// How many words it has was not published.
    private static void checkGlove(DataFolder folder) {
        String member = DataSet.GLOVE.members().getFirst().name();
        WordVectors vectors =
                WordVectors.read(
                        folder.path().resolve(member),
                        Set.of(),
                        List.of(SnliData.BEGINNING, SnliData.END));
        System.out.printf("words of %s: %,d%n", member, vectors.lines());
        for (String marker : vectors.withoutVector()) {
            System.out.printf("%s has no vector, so it is zeros in sentences of SNLI%n", marker);
        }
    }
}
