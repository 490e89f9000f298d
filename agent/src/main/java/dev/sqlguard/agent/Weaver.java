package dev.sqlguard.agent;

import dev.sqlguard.driver.DriverShape;
import dev.sqlguard.driver.OpenMethod;
import java.util.List;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * Weaves the two calls of {@code java.lang.SqlGuardBridge} into a driver's {@code open}:
 *
 * <pre>
 *   String refusal = SqlGuardBridge.opening(this, file, flags);
 *   if (refusal != null) throw new SQLException(refusal);  // or what the driver has instead
 *   try { ... } finally { SqlGuardBridge.opened(this, succeeded); }
 * </pre>
 *
 * <p>Plain instructions only: some drivers are Java 5 class files, which know no invokedynamic and
 * no stack map frames. The exception is thrown by the driver's own method, so that no frame of ours
 * stands in its stack trace. No member is added, so that loaded drivers can be retransformed.
 */
final class Weaver {
  private static final String BRIDGE = "java/lang/SqlGuardBridge";

  /** SQLITE_CORRUPT, the only reason for a refusal. */
  private static final int CORRUPT = 11;

  private Weaver() {}

  /** The woven class file, or null where this class is not a driver's. */
  static byte[] weave(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    List<OpenMethod> openMethods = DriverShape.openMethods(reader);
    if (openMethods.isEmpty()) {
      return null;
    }
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(new DatabaseClass(writer, openMethods), ClassReader.EXPAND_FRAMES);
    return writer.toByteArray();
  }

  private static final class DatabaseClass extends ClassVisitor {
    private final List<OpenMethod> openMethods;
    private String className;

    DatabaseClass(ClassVisitor next, List<OpenMethod> openMethods) {
      super(Opcodes.ASM9, next);
      this.openMethods = openMethods;
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        String signature,
        String superName,
        String[] interfaces) {
      className = name;
      super.visit(version, access, name, signature, superName, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
      for (OpenMethod method : openMethods) {
        if (method.is(name, descriptor)) {
          return new OpenMethodBody(next, className, method);
        }
      }
      return next;
    }
  }

  private static final class OpenMethodBody extends MethodVisitor {
    private final String className;
    private final OpenMethod method;
    private final Type[] arguments;
    private final Label bodyStart = new Label();

    OpenMethodBody(MethodVisitor next, String className, OpenMethod method) {
      super(Opcodes.ASM9, next);
      this.className = className;
      this.method = method;
      this.arguments = Type.getArgumentTypes(method.descriptor());
    }

    @Override
    public void visitCode() {
      super.visitCode();
      super.visitVarInsn(Opcodes.ALOAD, 0);
      loadFile();
      if (method.flags() >= 0) {
        super.visitVarInsn(Opcodes.ILOAD, 1 + method.flags());
      } else {
        super.visitInsn(Opcodes.ICONST_M1);
      }
      callBridge("opening", "(Ljava/lang/Object;Ljava/lang/String;I)Ljava/lang/String;");
      Label proceed = new Label();
      super.visitInsn(Opcodes.DUP);
      super.visitJumpInsn(Opcodes.IFNULL, proceed);
      throwRefusal();
      super.visitLabel(proceed);
      super.visitFrame(
          Opcodes.F_NEW, 1 + arguments.length, locals(), 1, new Object[] {"java/lang/String"});
      super.visitInsn(Opcodes.POP);
      super.visitLabel(bodyStart);
    }

    private void loadFile() {
      if (method.fileGetter() == null) {
        super.visitVarInsn(Opcodes.ALOAD, 1 + method.file());
        return;
      }
      super.visitVarInsn(Opcodes.ALOAD, 0);
      super.visitMethodInsn(
          Opcodes.INVOKESPECIAL, className, method.fileGetter(), "()Ljava/lang/String;", false);
    }

    /** The message is on the stack. */
    private void throwRefusal() {
      super.visitTypeInsn(Opcodes.NEW, method.refusal());
      super.visitInsn(Opcodes.DUP_X1);
      super.visitInsn(Opcodes.SWAP);
      if (method.refusalHasCode()) {
        super.visitIntInsn(Opcodes.BIPUSH, CORRUPT);
        super.visitInsn(Opcodes.SWAP);
      }
      String constructor =
          method.refusalHasCode() ? "(ILjava/lang/String;)V" : "(Ljava/lang/String;)V";
      super.visitMethodInsn(Opcodes.INVOKESPECIAL, method.refusal(), "<init>", constructor, false);
      super.visitInsn(Opcodes.ATHROW);
    }

    @Override
    public void visitInsn(int opcode) {
      if (opcode == Opcodes.RETURN || opcode == Opcodes.ARETURN) {
        callOpened(Opcodes.ICONST_1);
      }
      super.visitInsn(opcode);
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      Label handler = new Label();
      super.visitTryCatchBlock(bodyStart, handler, handler, null);
      super.visitLabel(handler);
      super.visitFrame(
          Opcodes.F_NEW, 1, new Object[] {className}, 1, new Object[] {"java/lang/Throwable"});
      callOpened(Opcodes.ICONST_0);
      super.visitInsn(Opcodes.ATHROW);
      super.visitMaxs(maxStack, maxLocals);
    }

    private void callOpened(int succeeded) {
      super.visitVarInsn(Opcodes.ALOAD, 0);
      super.visitInsn(succeeded);
      callBridge("opened", "(Ljava/lang/Object;Z)V");
    }

    private void callBridge(String method, String descriptor) {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, BRIDGE, method, descriptor, false);
    }

    private Object[] locals() {
      Object[] locals = new Object[1 + arguments.length];
      locals[0] = className;
      for (int i = 0; i < arguments.length; i++) {
        boolean number = arguments[i] == Type.INT_TYPE;
        locals[1 + i] = number ? Opcodes.INTEGER : arguments[i].getInternalName();
      }
      return locals;
    }
  }
}
