package dev.sqlguard.driver;

/**
 * A method of a driver through which every open of a kind passes.
 *
 * @param file which argument names the file, from 0, or -1
 * @param fileGetter where no argument does: the method of the same object that tells
 * @param flags which argument is SQLite's open flags, or -1
 * @param refusal the internal name of the exception that a refused open throws
 * @param refusalHasCode whether that exception's constructor takes a result code before the message
 */
public record OpenMethod(
    String name,
    String descriptor,
    int file,
    String fileGetter,
    int flags,
    String refusal,
    boolean refusalHasCode) {
  /** Whether this describes the method. */
  public boolean is(String method, String itsDescriptor) {
    return name.equals(method) && descriptor.equals(itsDescriptor);
  }
}
