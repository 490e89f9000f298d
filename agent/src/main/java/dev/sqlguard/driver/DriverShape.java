package dev.sqlguard.driver;

import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * Recognises the class of a driver that opens files.
 *
 * <ul>
 *   <li>sqlite-jdbc's {@code DB} in all its versions, under any package name: it has an abstract
 *       {@code _open(String, int)}, or a native one up to 3.14 and in its subclass, and every
 *       connection goes through its {@code open}.
 *   <li>Two drivers without JDBC by their names, which can't be changed: their native code knows
 *       them. sqlite4java keeps its file in a field; all its ways of opening end in {@code open0}.
 * </ul>
 */
public final class DriverShape {
  static final String SQLITE4JAVA = "com.almworks.sqlite4java.SQLiteConnection";
  static final String BUNDLED = "androidx.sqlite.driver.bundled.BundledSQLiteDriver";

  private static final String FILE_GETTER = "getSqliteDbName";
  private static final String OPEN = "open";
  private static final String INNER_OPEN = "_open";
  private static final int ABSTRACT_OR_STATIC = Opcodes.ACC_ABSTRACT | Opcodes.ACC_STATIC;

  private DriverShape() {}

  /** The methods to weave; empty where this is no such class. */
  public static List<OpenMethod> openMethods(ClassReader reader) {
    String name = reader.getClassName().replace('/', '.');
    if (name.equals(SQLITE4JAVA)) {
      return has(reader, FILE_GETTER, "()Ljava/lang/String;") ? List.of(sqlite4java()) : List.of();
    }
    if (name.equals(BUNDLED)) {
      return List.of(bundled("(Ljava/lang/String;)", -1), bundled("(Ljava/lang/String;I)", 1));
    }
    return ofDatabaseClass(reader);
  }

  private static OpenMethod sqlite4java() {
    String refusal = "com/almworks/sqlite4java/SQLiteException";
    return new OpenMethod("open0", "(I)V", -1, FILE_GETTER, 0, refusal, true);
  }

  /** A woven call of a method that a version lacks would break the application. */
  private static boolean has(ClassReader reader, String method, String itsDescriptor) {
    boolean[] found = {false};
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            found[0] |=
                name.equals(method)
                    && descriptor.equals(itsDescriptor)
                    && (access & Opcodes.ACC_STATIC) == 0;
            return null;
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return found[0];
  }

  /** In older versions neither of the two calls the other. */
  private static OpenMethod bundled(String arguments, int flags) {
    String descriptor = arguments + "Landroidx/sqlite/SQLiteConnection;";
    return new OpenMethod(
        OPEN, descriptor, 0, null, flags, "androidx/sqlite/SQLiteException", false);
  }

  private static List<OpenMethod> ofDatabaseClass(ClassReader reader) {
    List<OpenMethod> found = new ArrayList<>();
    boolean[] hasInnerOpen = {false};
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            if (name.equals(INNER_OPEN) && opensFile(descriptor)) {
              hasInnerOpen[0] = true;
            }
            if (name.equals(OPEN) && opensFile(descriptor) && (access & ABSTRACT_OR_STATIC) == 0) {
              found.add(ofDatabase(descriptor));
            }
            return null;
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return hasInnerOpen[0] ? found : List.of();
  }

  private static OpenMethod ofDatabase(String descriptor) {
    Type[] arguments = Type.getArgumentTypes(descriptor);
    int file = fileArgument(arguments);
    int flags = arguments.length > file + 1 ? file + 1 : -1;
    return new OpenMethod(OPEN, descriptor, file, null, flags, "java/sql/SQLException", false);
  }

  /** {@code void}, with one String, and at most an object before it and an int after it. */
  private static boolean opensFile(String descriptor) {
    Type[] arguments = Type.getArgumentTypes(descriptor);
    int file = fileArgument(arguments);
    return Type.getReturnType(descriptor) == Type.VOID_TYPE
        && file >= 0
        && (file == 0 || file == 1 && arguments[0].getSort() == Type.OBJECT)
        && arguments.length - file <= 2
        && (arguments.length == file + 1 || arguments[file + 1] == Type.INT_TYPE);
  }

  /** The index of the String among the arguments, or -1. */
  private static int fileArgument(Type[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].getClassName().equals("java.lang.String")) {
        return i;
      }
    }
    return -1;
  }
}
