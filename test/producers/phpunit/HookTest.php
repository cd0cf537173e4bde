<?php
use PHPUnit\Framework\TestCase;

class HookTest extends TestCase
{
    public static function setUpBeforeClass(): void { throw new RuntimeException('the hook broke'); }
    public function testIsNotReached() { $this->assertTrue(true); }
}
