import sys
import unittest

import junitxml

[name, report] = sys.argv[1:]
tests = unittest.defaultTestLoader.loadTestsFromName
with open(report, 'w') as file:
    result = junitxml.JUnitXmlResult(file)
    result.startTestRun()
    tests(name).run(result)
    result.stopTestRun()
unittest.TextTestRunner(verbosity=2).run(tests(name))
