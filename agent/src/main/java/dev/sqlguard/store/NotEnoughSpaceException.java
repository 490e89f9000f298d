package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Path;

/** There is no room for a copy. */
public final class NotEnoughSpaceException extends IOException {
  private static final long serialVersionUID = 1;

  NotEnoughSpaceException(Path directory, long needed, long usable) {
    super(
        "not enough free space in %s: needs %s, has %s"
            .formatted(directory, Sizes.text(needed), Sizes.text(usable)));
  }
}
