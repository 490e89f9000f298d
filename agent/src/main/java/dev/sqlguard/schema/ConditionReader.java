package dev.sqlguard.schema;

import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.schema.Comparison.Operand;
import dev.sqlguard.schema.SqlValue.IntegerValue;
import dev.sqlguard.schema.SqlValue.NullValue;
import dev.sqlguard.schema.SqlValue.RealValue;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the WHERE clause of a partial index as far as it is made of columns compared with
 * constants.
 */
final class ConditionReader extends StatementReader {
  /** Of parentheses and NOTs within one another. */
  private static final int DEEPEST = 50;

  private final TableLayout table;
  private final TextEncoding encoding;
  private final Budget budget;
  private int depth;

  private ConditionReader(
      Tokens tokens, int at, TableLayout table, TextEncoding encoding, Budget budget) {
    super(tokens, at);
    this.table = table;
    this.encoding = encoding;
    this.budget = budget;
  }

  /**
   * Reads to the end of the statement.
   *
   * @param at where the condition begins
   */
  static Condition of(
      Tokens tokens, int at, TableLayout table, TextEncoding encoding, Budget budget)
      throws NotUnderstoodException {
    ConditionReader reader = new ConditionReader(tokens, at, table, encoding, budget);
    Condition condition = reader.disjunction();
    reader.expectEnd();
    return condition;
  }

  private Truth disjunction() throws NotUnderstoodException {
    List<Truth> terms = new ArrayList<>();
    do {
      terms.add(conjunction());
    } while (accept("or"));
    return joined(terms, Truth.TRUE);
  }

  private Truth conjunction() throws NotUnderstoodException {
    List<Truth> terms = new ArrayList<>();
    do {
      terms.add(negation());
    } while (accept("and"));
    return joined(terms, Truth.FALSE);
  }

  private static Truth joined(List<Truth> terms, int decisive) {
    return terms.size() == 1 ? terms.get(0) : Truth.join(terms.toArray(new Truth[0]), decisive);
  }

  private Truth negation() throws NotUnderstoodException {
    if (++depth > DEEPEST) {
      throw notUnderstood();
    }
    budget.take(1);
    Truth result = accept("not") ? Truth.not(negation()) : predicate();
    depth--;
    return result;
  }

  private Truth predicate() throws NotUnderstoodException {
    if (acceptOperator("(")) {
      Truth inner = disjunction();
      expectOperator(")");
      return inner;
    }
    Operand column = column();
    if (column != null) {
      return ofColumn(column);
    }
    SqlValue constant = constant();
    int outcomes = comparison();
    if (outcomes != 0) {
      return compare(requireColumn(), mirrored(outcomes), false, constant);
    }
    if (constant instanceof IntegerValue integer) {
      return Truth.constant(integer.value() == 0 ? Truth.FALSE : Truth.TRUE);
    }
    throw notUnderstood();
  }

  private Truth ofColumn(Operand column) throws NotUnderstoodException {
    if (accept("isnull")) {
      return compare(column, Comparison.EQUAL, true, new NullValue());
    }
    if (accept("notnull")) {
      return isNotNull(column);
    }
    if (accept("is")) {
      return is(column, accept("not"));
    }
    int outcomes = comparison();
    if (outcomes != 0) {
      return compare(column, outcomes, false, constant());
    }
    boolean not = accept("not");
    if (not && accept("null")) {
      return isNotNull(column);
    }
    Truth range = null;
    if (accept("between")) {
      range = between(column);
    } else if (accept("in")) {
      range = in(column);
    } else if (!not) {
      return Truth.column(column.field(), encoding);
    } else {
      throw notUnderstood();
    }
    return not ? Truth.not(range) : range;
  }

  private Truth isNotNull(Operand column) throws NotUnderstoodException {
    return compare(column, Comparison.LESS | Comparison.GREATER, true, new NullValue());
  }

  private Truth is(Operand column, boolean not) throws NotUnderstoodException {
    if (isTruth()) {
      int truth = isWord("true") ? Truth.TRUE : Truth.FALSE;
      at++;
      Truth is = Truth.is(Truth.column(column.field(), encoding), truth);
      return not ? Truth.not(is) : is;
    }
    int outcomes = not ? Comparison.LESS | Comparison.GREATER : Comparison.EQUAL;
    return compare(column, outcomes, true, constant());
  }

  private Truth between(Operand column) throws NotUnderstoodException {
    SqlValue low = constant();
    expect("and");
    SqlValue high = constant();
    Truth[] both = {
      compare(column, Comparison.GREATER | Comparison.EQUAL, false, low),
      compare(column, Comparison.LESS | Comparison.EQUAL, false, high)
    };
    return Truth.join(both, Truth.FALSE);
  }

  private Truth in(Operand column) throws NotUnderstoodException {
    expectOperator("(");
    if (acceptOperator(")")) {
      return Truth.constant(Truth.FALSE);
    }
    List<Truth> terms = new ArrayList<>();
    do {
      terms.add(compare(column, Comparison.EQUAL, false, constant()));
    } while (acceptOperator(","));
    expectOperator(")");
    return joined(terms, Truth.TRUE);
  }

  private Truth compare(Operand column, int outcomes, boolean nullIsValue, SqlValue constant)
      throws NotUnderstoodException {
    if (constant instanceof RealValue && column.affinity() == Affinity.TEXT) {
      throw notUnderstood();
    }
    budget.take(1);
    return new Comparison(column, outcomes, nullIsValue, constant, encoding);
  }

  /** The outcomes for which the operator holds that stands here; 0 where none does. */
  private int comparison() {
    if (acceptOperator("=") || acceptOperator("==")) {
      return Comparison.EQUAL;
    }
    if (acceptOperator("<>") || acceptOperator("!=")) {
      return Comparison.LESS | Comparison.GREATER;
    }
    if (acceptOperator("<")) {
      return Comparison.LESS;
    }
    if (acceptOperator("<=")) {
      return Comparison.LESS | Comparison.EQUAL;
    }
    if (acceptOperator(">")) {
      return Comparison.GREATER;
    }
    return acceptOperator(">=") ? Comparison.GREATER | Comparison.EQUAL : 0;
  }

  private static int mirrored(int outcomes) {
    return outcomes & Comparison.EQUAL
        | ((outcomes & Comparison.LESS) != 0 ? Comparison.GREATER : 0)
        | ((outcomes & Comparison.GREATER) != 0 ? Comparison.LESS : 0);
  }

  private Operand requireColumn() throws NotUnderstoodException {
    Operand column = column();
    if (column == null) {
      throw notUnderstood();
    }
    return column;
  }

  /** Null where no column of the table stands here. */
  private Operand column() throws NotUnderstoodException {
    int kind = tokens.kind(at);
    if (kind != Tokens.QUOTED && kind != Tokens.WORD || !tokens.isName(at)) {
      return null;
    }
    Operand column = table.operand(tokens.name(at));
    if (column == null) {
      return null;
    }
    at++;
    return column;
  }

  private boolean isTruth() {
    return (isWord("true") || isWord("false")) && table.operandOrNull(tokens.name(at)) == null;
  }

  private SqlValue constant() throws NotUnderstoodException {
    Literal literal;
    if (isTruth()) {
      literal = Literal.of(isWord("true") ? 1 : 0);
    } else {
      boolean negative = acceptOperator("-");
      literal = Literal.of(tokens, at, negative);
    }
    at++;
    if (literal == null) {
      throw notUnderstood();
    }
    return literal.value(encoding);
  }
}
