package sums;

import static org.junit.jupiter.api.Assertions.*;

import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutcomesTest {
  static int runs = 0;

  @Test void passes() { assertEquals(2, 1 + 1); }
  @Test void fails() { assertEquals(3, 1 + 1, "\u001b[31mred\u001b[39m <b> ]]> end"); }
  @Test @Disabled("not today: \"<&>\"") void isSkipped() {}
  @Test void isAssumed() { Assumptions.assumeTrue(false, "not here"); }
  @Test void breaks() { System.out.println("to the console"); throw new IllegalStateException("no assertion was reached"); }
  @Test void passesWhenRunAgain() { assertEquals(2, ++runs); }
  @Test @Timeout(1) void takesTooLong() throws Exception { Thread.sleep(5000); }
  @ParameterizedTest @ValueSource(strings = {"plain", "\"<b>\" & 'it' 🎉"}) void says(String said) { assertEquals("plain", said); }
  @Nested class Deeper { @Test void passes() {} }
}
