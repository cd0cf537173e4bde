/** A price in cents. */
public class Price { /** The cents. */ public int cents; /** With its tax. @return cents */ public int withTax() { return cents * 12 / 10; } }
