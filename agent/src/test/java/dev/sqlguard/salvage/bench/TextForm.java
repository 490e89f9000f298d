package dev.sqlguard.salvage.bench;

import java.nio.charset.Charset;

/** In which bytes texts are compared: those of one encoding, whatever the database at hand has. */
record TextForm(Charset from, Charset to) {
  static TextForm asStored(Charset charset) {
    return new TextForm(charset, charset);
  }

  byte[] apply(byte[] text) {
    return from.equals(to) ? text : new String(text, from).getBytes(to);
  }

  byte[] bytes(String text) {
    return text.getBytes(to);
  }
}
