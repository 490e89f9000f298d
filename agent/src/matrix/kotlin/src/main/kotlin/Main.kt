import app.cash.sqldelight.db.QueryResult
import app.cash.sqldelight.driver.jdbc.sqlite.JdbcSqliteDriver
import kotlin.system.exitProcess
import org.jetbrains.exposed.sql.Database
import org.jetbrains.exposed.sql.Table
import org.jetbrains.exposed.sql.insert
import org.jetbrains.exposed.sql.selectAll
import org.jetbrains.exposed.sql.transactions.transaction

object Rows : Table("t") {
    val id = integer("id").autoIncrement()
    val x = text("x")
    override val primaryKey = PrimaryKey(id)
}

/** Adds a row to the table t, prints how many there are, and exits without closing anything. */
fun main(arguments: Array<String>) {
    val url = "jdbc:sqlite:${arguments[1]}"
    java.sql.DriverManager.getConnection(url).createStatement().executeQuery("SELECT count(*) FROM t").close()
    println(if (arguments[0] == "exposed") exposed(url) else sqldelight(url))
    exitProcess(0)
}

fun exposed(url: String): Long {
    Database.connect(url)
    return transaction {
        Rows.insert { it[x] = "new" }
        Rows.selectAll().count()
    }
}

fun sqldelight(url: String): Long {
    val driver = JdbcSqliteDriver(url)
    driver.execute(null, "INSERT INTO t(x) VALUES ('new')", 0)
    return driver.executeQuery(
        null,
        "SELECT count(*) FROM t NOT INDEXED",
        { cursor -> QueryResult.Value(if (cursor.next().value) cursor.getLong(0)!! else 0L) },
        0,
    ).value
}
