package dev.sqlguard.demo.http;

import java.sql.SQLException;

/** Answers the requests for one kind of resource. */
@FunctionalInterface
interface Endpoint {

  Response answer(Request request) throws SQLException;
}
