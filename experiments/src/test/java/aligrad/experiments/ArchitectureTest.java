package aligrad.experiments;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Holds the arrows between the modules: who may know whom.
///
/// It lives here because only this module's tests see all the others: the libraries, the backends
/// (at run time) and the conformance suite. Only the benchmarks are out of sight, since nothing may
/// depend on them; `ArrowsTest` beside them holds theirs.
final class ArchitectureTest {
    private static final JavaClasses ALIGRAD =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("aligrad");

    /// A module and the modules that its classes may name.
    enum Room {
        TENSOR("aligrad.tensor.."),
        AUTOGRAD("aligrad.autograd..", TENSOR),
        NN("aligrad.nn..", AUTOGRAD, TENSOR),
        OPTIM("aligrad.optim..", AUTOGRAD, TENSOR),
        CPU("aligrad.backends.cpu..", TENSOR),
        OPENCL("aligrad.backends.opencl..", TENSOR),
        CONFORMANCE("aligrad.backends.conformance..", TENSOR),
        EXPERIMENTS("aligrad.experiments..", NN, OPTIM, AUTOGRAD, TENSOR);

        private final String packages;
        private final List<Room> known;

        Room(String packages, Room... known) {
            this.packages = packages;
            this.known = List.of(known);
        }

        private String[] visible() {
            return Stream.concat(Stream.of(this), known.stream())
                    .map(room -> room.packages)
                    .toArray(String[]::new);
        }
    }

    @ParameterizedTest
    @EnumSource
    void knowsOnlyTheRoomsBelowIt(Room room) {
        classes()
                .that(resideInAPackage(room.packages))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(room.visible()).or(resideOutsideOfPackage("aligrad..")))
                .check(ALIGRAD);
    }

    @Test
    void everyClassLivesInARoom() {
        classes()
                .should()
                .resideInAnyPackage(
                        Arrays.stream(Room.values())
                                .map(room -> room.packages)
                                .toArray(String[]::new))
                .check(ALIGRAD);
    }

    @Test
    void onlyTheCpuBackendUsesTheVectorApi() {
        noClasses()
                .that(resideOutsideOfPackage(Room.CPU.packages))
                .should()
                .dependOnClassesThat(resideInAPackage("jdk.incubator.."))
                .check(ALIGRAD);
    }

    @Test
    void onlyTheDriverPackageKnowsJocl() {
        noClasses()
                .that(resideOutsideOfPackage("aligrad.backends.opencl.driver"))
                .should()
                .dependOnClassesThat(resideInAPackage("org.jocl.."))
                .check(ALIGRAD);
    }
}
