package sums;

import org.junit.jupiter.api.*;

class EachTest {
  @BeforeEach void before() { throw new IllegalStateException("the hook of each broke"); }
  @Test void isNotRun() {}
}
