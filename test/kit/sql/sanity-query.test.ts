import { describe, expect, it } from "vitest";
import { requireSanityQuery } from "../../../src/kit/sql/sanity-query.ts";

describe("a sanity query", () => {
  it.each([
    "",
    "  \n",
    "SELECT count(*) FROM orders",
    "select 1;",
    "  with newest as (select max(at) from orders) select * from newest ;\n",
    "TABLE orders",
    "VALUES (1), (2)",
    `SELECT ';' AS "a;b", 'it''s -- no comment', '$1 /* nor this'`,
  ])("may be %j", (query) => {
    expect(() => requireSanityQuery(query)).not.toThrow();
  });

  it.each([
    ["SELECT 1 \\! id", "backslash"],
    ["\\! touch /tmp/x", "backslash"],
    ["SELECT 1 \\g | sh", "backslash"],
    ["SELECT E'\\\\'", "backslash"],
    ["DROP TABLE orders", "does not begin"],
    ["INSERT INTO orders VALUES (1)", "does not begin"],
    ["COPY orders TO PROGRAM 'sh'", "does not begin"],
    ["SELECT 1; DROP TABLE orders", "more than one statement"],
    ["SELECT 1;;", "more than one statement"],
    ["SELECT 1; SET default_transaction_read_only = off; DELETE FROM orders;", "more than one statement"],
    ["SELECT a$x$; DROP TABLE orders; SELECT $x$", "dollar"],
    ["SELECT $$ ' $$; DROP TABLE orders; SELECT $$ ' $$", "dollar"],
    ["SELECT 1 -- '\n; DROP TABLE orders; --'", "comment"],
    ["SELECT 1 /* /* */ ' */; DROP TABLE orders; /*'*/", "comment"],
    ["SELECT 'open", "not closed"],
    ['SELECT "open', "not closed"],
    ["SELECT 1\0", "NUL"],
  ])("is refused before anything is created if it reads %j", (query, why) => {
    expect(() => requireSanityQuery(query)).toThrow(
      expect.objectContaining({
        code: "input-invalid",
        effect: "none",
        message: expect.stringContaining(why) as string,
      }),
    );
  });
});
