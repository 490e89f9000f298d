package dev.sqlguard;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.sqlguard.agent.Command;
import dev.sqlguard.store.GuardThread;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The house plan: every room knows only the rooms below it. */
class ArchitectureTest {
  private static final String HOUSE = "dev.sqlguard.";

  /** From top to bottom; rooms of one floor don't know each other. */
  private static final List<List<String>> FLOORS =
      List.of(
          List.of("agent"),
          List.of("driver", "cli"),
          List.of("guard"),
          List.of("repair"),
          List.of("backup"),
          List.of("salvage", "verify"),
          List.of("scan"),
          List.of("store"),
          List.of("schema"),
          List.of("format"),
          List.of("entry"));

  private static final JavaClasses HOUSE_CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.sqlguard");

  @Test
  void everyClassLivesInARoomOfThePlan() {
    Set<String> planned = new TreeSet<>();
    FLOORS.forEach(planned::addAll);
    Set<String> unplanned = new TreeSet<>();
    for (JavaClass c : HOUSE_CLASSES) {
      String room = c.getPackageName().substring(HOUSE.length());
      if (!planned.contains(room)) {
        unplanned.add(c.getName());
      }
    }
    assertEquals(Set.of(), unplanned);
  }

  @Test
  void noRoomKnowsOneAboveOrBesideIt() {
    for (int floor = 0; floor < FLOORS.size(); floor++) {
      for (String room : FLOORS.get(floor)) {
        List<String> forbidden = new ArrayList<>();
        for (int higher = 0; higher <= floor; higher++) {
          FLOORS.get(higher).stream().filter(r -> !r.equals(room)).forEach(forbidden::add);
        }
        if (forbidden.isEmpty()) {
          continue;
        }
        noClasses()
            .that(resideInAPackage(HOUSE + room))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(forbidden.stream().map(r -> HOUSE + r).toArray(String[]::new)))
            .allowEmptyShould(true)
            .check(HOUSE_CLASSES);
      }
    }
  }

  @Test
  void onlyAgentAndDriverKnowTheEntry() {
    noClasses()
        .that(resideInAPackage("dev.sqlguard.."))
        .and()
        .resideOutsideOfPackages(HOUSE + "agent", HOUSE + "driver", HOUSE + "entry")
        .should()
        .dependOnClassesThat(resideInAPackage(HOUSE + "entry"))
        .check(HOUSE_CLASSES);
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("dev.sqlguard.(*)..").should().beFreeOfCycles().check(HOUSE_CLASSES);
  }

  @Test
  void theFileFormatKnowsNothingButBytes() {
    classes()
        .that(resideInAPackage(HOUSE + "format"))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                HOUSE + "format",
                "java.lang",
                "java.lang.invoke",
                "java.lang.runtime",
                "java.io",
                "java.nio",
                "java.nio.charset",
                "java.security",
                "java.util",
                "java.util.function",
                "java.util.stream",
                "java.util.zip"))
        .check(HOUSE_CLASSES);
  }

  /** It is read in the application's JVM on every start: what it needs is loaded anyway. */
  @Test
  void theSchemaIsReadWithLittleMoreThanTheFileFormat() {
    classes()
        .that(resideInAPackage(HOUSE + "schema"))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                HOUSE + "schema",
                HOUSE + "format",
                "java.lang",
                "java.lang.runtime",
                "java.nio.charset",
                "java.util"))
        .check(HOUSE_CLASSES);
  }

  @Test
  void weavingIsKnownToAgentAndDriverAloneAndIsAsmOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages(HOUSE + "agent", HOUSE + "driver")
        .should()
        .dependOnClassesThat(resideInAPackage("net.bytebuddy.."))
        .check(HOUSE_CLASSES);
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("net.bytebuddy..")
                .and(DescribedPredicate.not(resideInAPackage("net.bytebuddy.jar.asm"))))
        .check(HOUSE_CLASSES);
  }

  @Test
  void sqliteIsReachedThroughJdbcOnly() {
    noClasses().should().dependOnClassesThat(resideInAPackage("org.sqlite..")).check(HOUSE_CLASSES);
  }

  @Test
  void loggingAndManagementOfTheJdkAreLeftToTheApplication() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.util.logging..",
                "java.lang.management..",
                "javax.management..",
                "java.util.prefs..",
                "org.slf4j.."))
        .check(HOUSE_CLASSES);
  }

  /** A command's result is its own, an application's output isn't ours. */
  @Test
  void standardOutputBelongsToTheApplication() {
    noClasses().should().accessField(System.class, "out").check(HOUSE_CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage(HOUSE + "cli")
        .should()
        .accessField(java.io.FileDescriptor.class, "out")
        .check(HOUSE_CLASSES);
    noClasses().should().callMethod(Throwable.class, "printStackTrace").check(HOUSE_CLASSES);
  }

  @Test
  void theCommandLineIsKnownToTheCommandAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(HOUSE + "cli")
        .should()
        .dependOnClassesThat(resideInAPackage("picocli.."))
        .check(HOUSE_CLASSES);
    noClasses()
        .that(DescribedPredicate.not(type(Command.class)))
        .and()
        .resideOutsideOfPackage(HOUSE + "cli")
        .should()
        .dependOnClassesThat(resideInAPackage(HOUSE + "cli"))
        .check(HOUSE_CLASSES);
  }

  /**
   * System.err may be anything that the application made of it. The entry alone falls back on it,
   * where a security manager allows nothing else.
   */
  @Test
  void standardErrorIsReachedByItsDescriptorOnly() {
    noClasses()
        .that(DescribedPredicate.not(resideInAPackage(HOUSE + "entry")))
        .should()
        .accessField(System.class, "err")
        .check(HOUSE_CLASSES);
  }

  @Test
  void noSystemPropertyIsEverSet() {
    noClasses()
        .should()
        .callMethod(System.class, "setProperty", String.class, String.class)
        .orShould()
        .callMethod(System.class, "setProperties", java.util.Properties.class)
        .check(HOUSE_CLASSES);
  }

  /**
   * What a thread throws is none of the application's business, nor is any of its code run there.
   */
  @Test
  void everyThreadIsMadeInOnePlace() {
    noClasses()
        .that(DescribedPredicate.not(type(GuardThread.class)))
        .should()
        .callConstructorWhere(
            DescribedPredicate.describe(
                "make a thread", call -> call.getTargetOwner().isEquivalentTo(Thread.class)))
        .check(HOUSE_CLASSES);
  }

  /** Two guards in one JVM, or two webapps, must not meet in a static field. */
  @Test
  void thereIsNoMutableStaticState() {
    fields()
        .that()
        .areStatic()
        .and(DescribedPredicate.describe("are written by hand", ArchitectureTest::isHandWritten))
        .should(beConstant())
        .check(HOUSE_CLASSES);
  }

  private static boolean isHandWritten(JavaField field) {
    boolean theEntrysOnce = field.getFullName().equals(HOUSE + "entry.SqlGuardAgent.started");
    return !field.getModifiers().contains(JavaModifier.SYNTHETIC) && !theEntrysOnce;
  }

  private static ArchCondition<JavaField> beConstant() {
    Set<Class<?>> immutable =
        Set.of(String.class, Pattern.class, Duration.class, Path.class, Charset.class, List.class);
    return new ArchCondition<>("be constant") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        JavaClass type = field.getRawType();
        boolean constantType =
            type.isPrimitive()
                || type.isEnum()
                || type.isRecord()
                || type.isArray() && field.getModifiers().contains(JavaModifier.PRIVATE)
                || immutable.stream().anyMatch(type::isEquivalentTo)
                || type.getFullName().equals("jdk.internal.access.JavaLangAccess");
        boolean constant = field.getModifiers().contains(JavaModifier.FINAL) && constantType;
        events.add(new SimpleConditionEvent(field, constant, field.getFullName()));
      }
    };
  }
}
