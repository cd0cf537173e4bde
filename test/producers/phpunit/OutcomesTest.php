<?php
use PHPUnit\Framework\TestCase;

class OutcomesTest extends TestCase
{
    public function testPasses() { $this->assertSame(2, 1 + 1); }
    public function testFails() { $this->assertSame(3, 1 + 1, "\x1b[31mred\x1b[39m <b> ]]> end"); }
    public function testIsSkipped() { $this->markTestSkipped('not today: "<&>"'); }
    public function testIsPlanned() { $this->markTestIncomplete('later'); }
    public function testBreaks() { throw new RuntimeException('no assertion was reached'); }
    public function testChecksNothing() {}
    public function testWarns() { trigger_error('a warning', E_USER_WARNING); }
    /** @dataProvider words */
    public function testSays($word) { $this->assertSame('plain', $word); }
    public function words() { return ['plain' => ['plain'], '"<b>" & \'it\' 🎉' => ['red']]; }
    /** @depends testFails */
    public function testNeedsAnother() {}
}
