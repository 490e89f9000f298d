package dev.sqlguard.it.fault;

import dev.sqlguard.it.GuardedJvm;
import dev.sqlguard.it.JarMaker;
import dev.sqlguard.store.fault.SqliteWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * The shipped jar, whose guard asks the classes of the fault layer before each of its system calls,
 * and {@link SqliteWork} about SQLite's work on private copies. Nothing else is changed.
 */
final class FaultJar {
  private static final String CORE = "sqlguard/core/";
  private static final String ENDING = ".classdata";
  private static final String DISK = "dev/sqlguard/store/Disk";
  private static final String SYSCALLS = "dev/sqlguard/store/Syscalls";
  private static final String DRIVER = "dev/sqlguard/driver/JdbcDriver";
  private static final String HALTING = "dev/sqlguard/store/fault/HaltingSyscalls";
  private static final String WORK = Type.getInternalName(SqliteWork.class);
  private static final String OPEN = "open";
  private static final String OPEN_TYPE = "(Ljava/nio/file/Path;)Ljava/sql/Connection;";
  private static final String UNWATCHED = "openUnwatched";

  private FaultJar() {}

  static Path in(Path directory) throws IOException {
    Path jar = directory.resolve("fault.jar");
    try (JarFile shipped = new JarFile(GuardedJvm.AGENT.toFile());
        JarMaker made = new JarMaker(jar, manifestOf(shipped))) {
      made.add(CORE + DISK + ENDING, faultyDisk(classIn(shipped, DISK)));
      made.add(CORE + DRIVER + ENDING, watchedDriver(classIn(shipped, DRIVER)));
      Path classes = JarMaker.location(SqliteWork.class);
      Path folder = classes.resolve(WORK).getParent();
      try (var files = Files.newDirectoryStream(folder, "*.class")) {
        for (Path file : files) {
          String name = classes.relativize(file).toString().replace('\\', '/');
          made.add(CORE + name.replace(".class", ENDING), Files.readAllBytes(file));
        }
      }
      made.addJar(GuardedJvm.AGENT);
    }
    return jar;
  }

  private static String[] manifestOf(JarFile jar) throws IOException {
    Attributes main = jar.getManifest().getMainAttributes();
    List<String> lines = new ArrayList<>();
    for (Map.Entry<Object, Object> line : main.entrySet()) {
      lines.add(line.getKey().toString());
      lines.add(line.getValue().toString());
    }
    return lines.toArray(String[]::new);
  }

  private static byte[] classIn(JarFile jar, String name) throws IOException {
    try (var in = jar.getInputStream(jar.getJarEntry(CORE + name + ENDING))) {
      return in.readAllBytes();
    }
  }

  /** {@code new Syscalls()} becomes {@code new HaltingSyscalls()}. */
  private static byte[] faultyDisk(byte[] disk) {
    ClassReader reader = new ClassReader(disk);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String type, String signature, String[] exceptions) {
            MethodVisitor method = super.visitMethod(access, name, type, signature, exceptions);
            return new MethodVisitor(Opcodes.ASM9, method) {
              @Override
              public void visitTypeInsn(int opcode, String of) {
                boolean made = opcode == Opcodes.NEW && of.equals(SYSCALLS);
                super.visitTypeInsn(opcode, made ? HALTING : of);
              }

              @Override
              public void visitMethodInsn(
                  int opcode, String owner, String called, String of, boolean isInterface) {
                boolean made = called.equals("<init>") && owner.equals(SYSCALLS);
                super.visitMethodInsn(opcode, made ? HALTING : owner, called, of, isInterface);
              }
            };
          }
        },
        0);
    return writer.toByteArray();
  }

  /**
   * {@code open} becomes {@code new SqliteWork(file).of(openUnwatched(file))}. What the driver does
   * with a live file goes to the method that was there before.
   */
  private static byte[] watchedDriver(byte[] driver) {
    ClassReader reader = new ClassReader(driver);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String type, String signature, String[] exceptions) {
            String renamed = isOpen(name, type) ? UNWATCHED : name;
            MethodVisitor method = super.visitMethod(access, renamed, type, signature, exceptions);
            return new MethodVisitor(Opcodes.ASM9, method) {
              @Override
              public void visitMethodInsn(
                  int opcode, String owner, String called, String of, boolean isInterface) {
                boolean open = owner.equals(DRIVER) && isOpen(called, of);
                super.visitMethodInsn(opcode, owner, open ? UNWATCHED : called, of, isInterface);
              }
            };
          }

          @Override
          public void visitEnd() {
            watch(super.visitMethod(Opcodes.ACC_PUBLIC, OPEN, OPEN_TYPE, null, null));
            super.visitEnd();
          }
        },
        0);
    return writer.toByteArray();
  }

  private static boolean isOpen(String name, String type) {
    return name.equals(OPEN) && type.equals(OPEN_TYPE);
  }

  private static void watch(MethodVisitor open) {
    open.visitCode();
    open.visitTypeInsn(Opcodes.NEW, WORK);
    open.visitInsn(Opcodes.DUP);
    open.visitVarInsn(Opcodes.ALOAD, 1);
    open.visitMethodInsn(Opcodes.INVOKESPECIAL, WORK, "<init>", "(Ljava/nio/file/Path;)V", false);
    open.visitVarInsn(Opcodes.ALOAD, 0);
    open.visitVarInsn(Opcodes.ALOAD, 1);
    open.visitMethodInsn(Opcodes.INVOKEVIRTUAL, DRIVER, UNWATCHED, OPEN_TYPE, false);
    String type = "(Ljava/sql/Connection;)Ljava/sql/Connection;";
    open.visitMethodInsn(Opcodes.INVOKEVIRTUAL, WORK, "of", type, false);
    open.visitInsn(Opcodes.ARETURN);
    open.visitMaxs(3, 2);
    open.visitEnd();
  }
}
