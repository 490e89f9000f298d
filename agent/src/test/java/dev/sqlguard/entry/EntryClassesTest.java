package dev.sqlguard.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No old JDK is at hand, so what one would have to load is read as bytes. */
class EntryClassesTest {
  private static final int JAVA_8 = 52;

  /** Loading any of these early takes a choice from the application, or costs start-up time. */
  private static final List<String> FORBIDDEN =
      List.of(
          "java/nio/file/",
          "java/util/logging/",
          "java/lang/management/",
          "javax/management/",
          "java/util/function/",
          "java/util/stream/",
          "java/lang/invoke/",
          "java/util/regex/");

  static List<Path> classFiles() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : List.of("classes/dev/sqlguard/entry", "classes-boot/java/lang")) {
      try (var files = Files.list(Path.of("target", folder))) {
        files
            .filter(file -> file.toString().endsWith(".class"))
            .filter(file -> !file.endsWith("package-info.class"))
            .forEach(found::add);
      }
    }
    assertTrue(found.size() >= 3, found.toString());
    return found;
  }

  @ParameterizedTest
  @MethodSource("classFiles")
  void haveTheClassFileVersionOfJava8(Path file) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    assertEquals(JAVA_8, (bytes[6] & 0xff) << 8 | bytes[7] & 0xff);
  }

  @ParameterizedTest
  @MethodSource("classFiles")
  void useNoInvokedynamic(Path file) throws Exception {
    assertEquals(Set.of(), Uses.of(file).dynamic);
  }

  @ParameterizedTest
  @MethodSource("classFiles")
  void useOnlyWhatJava8Has(Path file) throws Exception {
    Path signatures = Path.of(System.getProperty("java.home"), "lib", "ct.sym");
    assumeTrue(Files.exists(signatures), "needs a JDK with the signatures of older releases");
    try (ZipFile zip = new ZipFile(signatures.toFile())) {
      Java8 java8 = new Java8(zip);
      Set<String> missing = new TreeSet<>();
      for (Member member : Uses.of(file).members) {
        if (!isOurs(member.owner) && !java8.has(member)) {
          missing.add(member.toString());
        }
      }
      assertEquals(Set.of(), missing);
    }
  }

  @ParameterizedTest
  @MethodSource("classFiles")
  void takeNothingEarlyThatTheApplicationMayWantToConfigure(Path file) throws Exception {
    boolean bridge = file.toString().contains("SqlGuardBridge");
    Set<String> found = new TreeSet<>();
    for (Member member : Uses.of(file).members) {
      for (String prefix : FORBIDDEN) {
        boolean theBridgesOwn = bridge && member.owner.equals("java/util/function/BiFunction");
        if (member.owner.startsWith(prefix) && !theBridgesOwn) {
          found.add(member.owner);
        }
      }
    }
    assertEquals(Set.of(), found);
  }

  @ParameterizedTest
  @MethodSource("classFiles")
  void knowNothingOfTheGuardsCore(Path file) throws Exception {
    Set<String> found = new TreeSet<>();
    for (Member member : Uses.of(file).members) {
      if (member.owner.startsWith("dev/sqlguard/") && !isOurs(member.owner)
          || member.owner.startsWith("net/bytebuddy/")) {
        found.add(member.owner);
      }
    }
    assertEquals(Set.of(), found);
  }

  private static boolean isOurs(String owner) {
    return owner.startsWith("dev/sqlguard/entry/") || owner.equals("java/lang/SqlGuardBridge");
  }

  /** A class alone where {@code name} is null. */
  private record Member(String owner, String name, String descriptor) {}

  /** All members that a class file refers to. */
  private static final class Uses extends ClassVisitor {
    private final Set<Member> members = new HashSet<>();
    private final Set<String> dynamic = new TreeSet<>();

    private Uses() {
      super(Opcodes.ASM9);
    }

    static Uses of(Path file) throws IOException {
      Uses uses = new Uses();
      new ClassReader(Files.readAllBytes(file)).accept(uses, 0);
      assertTrue(uses.members.size() > 3, "nothing was read from " + file);
      return uses;
    }

    private void type(Type type) {
      switch (type.getSort()) {
        case Type.ARRAY -> type(type.getElementType());
        case Type.OBJECT -> members.add(new Member(type.getInternalName(), null, null));
        case Type.METHOD -> {
          type(type.getReturnType());
          for (Type argument : type.getArgumentTypes()) {
            type(argument);
          }
        }
        default -> {}
      }
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        String signature,
        String parent,
        String[] interfaces) {
      type(Type.getObjectType(parent));
      for (String each : interfaces) {
        type(Type.getObjectType(each));
      }
    }

    @Override
    public FieldVisitor visitField(
        int access, String name, String descriptor, String signature, Object value) {
      type(Type.getType(descriptor));
      return null;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String method, String descriptor, String signature, String[] exceptions) {
      type(Type.getMethodType(descriptor));
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitMethodInsn(
            int opcode, String owner, String name, String called, boolean isInterface) {
          if (!owner.startsWith("[")) {
            members.add(new Member(owner, name, called));
          }
          type(Type.getMethodType(called));
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String fieldType) {
          members.add(new Member(owner, name, fieldType));
        }

        @Override
        public void visitTypeInsn(int opcode, String name) {
          type(Type.getObjectType(name));
        }

        @Override
        public void visitLdcInsn(Object value) {
          if (value instanceof Type constant) {
            type(constant);
          }
        }

        @Override
        public void visitInvokeDynamicInsn(
            String name, String called, Handle bootstrap, Object... arguments) {
          dynamic.add(method + ": " + name);
        }
      };
    }
  }

  /** The API of Java 8, as javac's --release 8 knows it. */
  private static final class Java8 {
    private final ZipFile signatures;

    Java8(ZipFile signatures) {
      this.signatures = signatures;
      assertNotNull(find("java/lang/String"), "the JDK doesn't know Java 8");
    }

    boolean has(Member member) throws IOException {
      ZipEntry entry = find(member.owner);
      return entry != null && (member.name == null || declares(entry, member));
    }

    private ZipEntry find(String owner) {
      return signatures.stream()
          .filter(entry -> entry.getName().endsWith("/" + owner + ".sig"))
          .filter(entry -> entry.getName().split("/")[0].contains("8"))
          .findFirst()
          .orElse(null);
    }

    /** Or inherits. */
    private boolean declares(ZipEntry entry, Member member) throws IOException {
      boolean[] found = {false};
      List<String> parents = new ArrayList<>();
      try (InputStream in = signatures.getInputStream(entry)) {
        new ClassReader(in)
            .accept(
                new ClassVisitor(Opcodes.ASM9) {
                  @Override
                  public void visit(
                      int version,
                      int access,
                      String name,
                      String signature,
                      String parent,
                      String[] interfaces) {
                    if (parent != null) {
                      parents.add(parent);
                    }
                    parents.addAll(List.of(interfaces));
                  }

                  @Override
                  public MethodVisitor visitMethod(
                      int access, String name, String descriptor, String s, String[] exceptions) {
                    found[0] |= name.equals(member.name) && descriptor.equals(member.descriptor);
                    return null;
                  }

                  @Override
                  public FieldVisitor visitField(
                      int access, String name, String descriptor, String s, Object value) {
                    found[0] |= name.equals(member.name) && descriptor.equals(member.descriptor);
                    return null;
                  }
                },
                0);
      }
      for (String parent : parents) {
        if (!found[0] && !member.name.equals("<init>")) {
          found[0] = has(new Member(parent, member.name, member.descriptor));
        }
      }
      return found[0];
    }
  }
}
