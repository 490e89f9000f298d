package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.sql.SQLException;

/** A part of the story that ends with findings about files and rows. */
interface Chapter {

  String title();

  /** Where the chapter takes place. */
  Installation installation();

  void play(Narrator narrator, Findings findings)
      throws IOException, SQLException, InterruptedException;
}
