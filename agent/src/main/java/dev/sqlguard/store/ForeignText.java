package dev.sqlguard.store;

/**
 * Names and messages that come from outside: of files, of tables, of errors. Shown as they are they
 * could end a line and begin another, command a terminal, or turn the order of what is read.
 */
public final class ForeignText {
  private static final int JOINER = 0x200D;
  private static final int NON_JOINER = 0x200C;

  private ForeignText() {}

  /**
   * Whether a code point is seen where it stands and does nothing else. Controls of either kind,
   * marks of direction, separators of lines and halves of surrogate pairs don't; what joins letters
   * does, since some languages are written with it.
   */
  public static boolean isHarmless(int codePoint) {
    switch (Character.getType(codePoint)) {
      case Character.CONTROL:
      case Character.LINE_SEPARATOR:
      case Character.PARAGRAPH_SEPARATOR:
      case Character.SURROGATE:
        return false;
      case Character.FORMAT:
        return codePoint == JOINER || codePoint == NON_JOINER;
      default:
        return true;
    }
  }

  /**
   * One line, in which a space stands for a line feed and a question mark for what else does harm.
   */
  public static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      safe.appendCodePoint(isHarmless(c) ? c : c == '\n' ? ' ' : '?');
    }
    return safe.toString();
  }
}
