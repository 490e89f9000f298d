package dev.sqlguard.driver;

import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * Recognises the {@code DB} class of sqlite-jdbc in all its versions, under any package name: it
 * has an abstract {@code _open(String, int)}, or a native one up to 3.14 and in its subclass, and
 * every connection goes through its {@code open}.
 */
public final class DriverShape {
  private static final String OPEN = "open";
  private static final String INNER_OPEN = "_open";
  private static final int ABSTRACT_OR_STATIC = Opcodes.ACC_ABSTRACT | Opcodes.ACC_STATIC;

  private DriverShape() {}

  /** The descriptors of the {@code open} methods to weave; empty where this is no such class. */
  public static List<String> openMethods(ClassReader reader) {
    List<String> found = new ArrayList<>();
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
              found.add(descriptor);
            }
            return null;
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return hasInnerOpen[0] ? found : List.of();
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
  public static int fileArgument(Type[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].getClassName().equals("java.lang.String")) {
        return i;
      }
    }
    return -1;
  }
}
