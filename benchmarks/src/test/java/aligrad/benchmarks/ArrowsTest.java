package aligrad.benchmarks;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;

import org.junit.jupiter.api.Test;

/// Holds the arrows that leave the benchmarks: they measure what users reach, so they know the
/// libraries, and find a backend as users do. `ArchitectureTest` in the experiments holds the
/// arrows of the other modules, but cannot see this one, because nothing depends on it.
final class ArrowsTest {
    @Test
    void knowTheLibrariesButNoBackendAndNoExperiment() {
        classes()
                .that(resideInAPackage("aligrad.benchmarks.."))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                        "aligrad.benchmarks..",
                                        "aligrad.nn..",
                                        "aligrad.optim..",
                                        "aligrad.autograd..",
                                        "aligrad.tensor..")
                                .or(resideOutsideOfPackage("aligrad..")))
                .check(new ClassFileImporter().importPackages("aligrad.benchmarks"));
    }
}
