<?php
use PHPUnit\Framework\TestCase;

class EachTest extends TestCase
{
    protected function setUp(): void { throw new RuntimeException('the hook of each broke'); }
    public function testIsNotRun() { $this->assertTrue(true); }
}
