Feature: sums

  Scenario: passes
    Given a step that passes

  Scenario: fails
    Given a step that passes
    Then a step that fails

  Scenario: is skipped
    Given a step that skips

  Scenario: is pending
    Given a step that is pending

  Scenario: is undefined
    Given a step that nobody wrote

  Scenario: says "<b>" & 'it' 🎉
    Then a step that is red

  @hook
  Scenario: breaks in its hook
    Given a step that passes

  @flaky
  Scenario: passes when run again
    Given a step that passes the second time

  Scenario Outline: of <n>
    Then <n> is 1
    Examples:
      | n |
      | 1 |
      | 2 |
