local luaunit = require('luaunit')
TestSums = {}
function TestSums:test_passes() luaunit.assertEquals(1 + 1, 2) end
function TestSums:test_fails() luaunit.assertEquals(1 + 1, 3) end
function TestSums:test_is_skipped() luaunit.skip('not today') end
function TestSums:test_breaks() error('\27[31mred\27[39m <b> ]]> end') end
TestHook = {}
function TestHook:setUp() error('the hook broke') end
function TestHook:test_is_not_reached() end
os.exit(luaunit.LuaUnit.run())
