package dev.sqlguard.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.util.List;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;

class DriverShapeTest {
  private static List<OpenMethod> openMethods(String className) throws Exception {
    String file = "/" + className.replace('.', '/') + ".class";
    try (InputStream in = DriverShapeTest.class.getResourceAsStream(file)) {
      return DriverShape.openMethods(new ClassReader(in.readAllBytes()));
    }
  }

  private static String described(List<OpenMethod> methods) {
    StringBuilder text = new StringBuilder();
    for (OpenMethod method : methods) {
      text.append(method.name()).append(method.descriptor());
      text.append(" file ").append(method.file()).append(", flags ").append(method.flags());
      text.append('\n');
    }
    return text.toString();
  }

  @Test
  void sqliteJdbcHasOne() throws Exception {
    assertEquals(
        "open(Ljava/lang/String;I)V file 0, flags 1\n",
        described(openMethods("org.sqlite.core.DB")));
  }

  @Test
  void sqlite4javaKeepsTheFileInAField() throws Exception {
    List<OpenMethod> found = openMethods(DriverShape.SQLITE4JAVA);
    assertEquals("open0(I)V file -1, flags 0\n", described(found));
    assertTrue(
        found.get(0).is("open0", "(I)V") && found.get(0).fileGetter().equals("getSqliteDbName"));
    Class<?> connection =
        Class.forName(DriverShape.SQLITE4JAVA, false, DriverShapeTest.class.getClassLoader());
    assertEquals(
        String.class, connection.getDeclaredMethod(found.get(0).fileGetter()).getReturnType());
  }

  @Test
  void androidxHasTwoThatBothExist() throws Exception {
    List<OpenMethod> found = openMethods(DriverShape.BUNDLED);
    assertEquals(
        "open(Ljava/lang/String;)Landroidx/sqlite/SQLiteConnection; file 0, flags -1\n"
            + "open(Ljava/lang/String;I)Landroidx/sqlite/SQLiteConnection; file 0, flags 1\n",
        described(found));
    Class<?> driver =
        Class.forName(DriverShape.BUNDLED, false, DriverShapeTest.class.getClassLoader());
    assertEquals("open", driver.getMethod("open", String.class, int.class).getName());
    assertEquals("open", driver.getMethod("open", String.class).getName());
  }

  /** A woven call of a method that isn't there would break the application. */
  @Test
  void aVersionThatKeepsItsFileElsewhereHasNone() {
    ClassWriter writer = new ClassWriter(0);
    String name = DriverShape.SQLITE4JAVA.replace('.', '/');
    writer.visit(Opcodes.V1_5, Opcodes.ACC_PUBLIC, name, null, "java/lang/Object", null);
    writer.visitMethod(Opcodes.ACC_NATIVE, "open0", "(I)V", null, null).visitEnd();
    writer.visitEnd();
    assertEquals(List.of(), DriverShape.openMethods(new ClassReader(writer.toByteArray())));
  }

  @Test
  void otherClassesOfDriversHaveNone() throws Exception {
    assertEquals(List.of(), openMethods("org.sqlite.SQLiteConnection"));
    assertEquals(List.of(), openMethods("com.almworks.sqlite4java.SQLiteStatement"));
    assertEquals(List.of(), openMethods("dev.sqlguard.it.unrelated.DB"));
  }
}
