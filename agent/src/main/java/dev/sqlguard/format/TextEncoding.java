package dev.sqlguard.format;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** The encoding of all text in a database (file format, section 1.3.13). */
public enum TextEncoding {
  UTF_8(1, "UTF-8", StandardCharsets.UTF_8),
  UTF_16LE(2, "UTF-16le", StandardCharsets.UTF_16LE),
  UTF_16BE(3, "UTF-16be", StandardCharsets.UTF_16BE);

  private final int code;
  private final String pragma;
  private final Charset charset;

  TextEncoding(int code, String pragma, Charset charset) {
    this.code = code;
    this.pragma = pragma;
    this.charset = charset;
  }

  /** As it stands in the header. */
  public int code() {
    return code;
  }

  /** As {@code PRAGMA encoding} says it. */
  public String pragma() {
    return pragma;
  }

  public Charset charset() {
    return charset;
  }
}
