import org.testng.annotations.*;

public class Hook {
  @BeforeClass public void before() { throw new IllegalStateException("the hook broke"); }
  @Test public void isNotReached() {}
}
