import static org.testng.Assert.*;

import org.testng.SkipException;
import org.testng.annotations.*;

public class Outcomes {
  @Test public void passes() { assertEquals(1 + 1, 2); }
  @Test public void fails() { assertEquals(1 + 1, 3, "\"<b>\" & 'it' 🎉 ]]> end"); }
  @Test public void isSkipped() { throw new SkipException("not today: \"<&>\""); }
  @Test(enabled = false) public void isDisabled() {}
  @Test public void breaks() { throw new IllegalStateException("no assertion was reached"); }
  @Test(dependsOnMethods = "fails") public void needsAnother() {}
  @Test(timeOut = 200) public void takesTooLong() throws Exception { Thread.sleep(5000); }
  @Test(dataProvider = "words") public void says(String said) { assertEquals(said, "plain"); }
  @DataProvider public Object[][] words() { return new Object[][] {{"plain"}, {"red"}}; }
}
