using System;
using NUnit.Framework;

[TestFixture]
public class Sums
{
    [Test] public void Passes() { Assert.AreEqual(2, 1 + 1); }
    [Test] public void Fails() { Assert.AreEqual(3, 1 + 1, "\"<b>\" & 'it' 🎉 ]]> end"); }
    [Test, Ignore("not today: \"<&>\"")] public void IsSkipped() { }
    [Test] public void IsInconclusive() { Assert.Inconclusive("who knows"); }
    [Test] public void Breaks() { throw new InvalidOperationException("no assertion was reached"); }
    [TestCase("plain")] [TestCase("<b> & red")] public void Says(string said) { Assert.AreEqual("plain", said); }
    [Test, Explicit] public void IsExplicit() { }
    [Test] private void IsNotRunnable() { }
}

[TestFixture]
public class BreaksBeforeEach
{
    [SetUp] public void SetUp() { throw new InvalidOperationException("the hook of each broke"); }
    [Test] public void IsNotRun() { }
}

[TestFixture]
public class BreaksBeforeAll
{
    [TestFixtureSetUp] public void SetUp() { throw new InvalidOperationException("the hook broke"); }
    [Test] public void IsNotReached() { }
}

[TestFixture]
public class BreaksAfterAll
{
    [TestFixtureTearDown] public void TearDown() { throw new InvalidOperationException("the last hook broke"); }
    [Test] public void PassedBefore() { }
}
