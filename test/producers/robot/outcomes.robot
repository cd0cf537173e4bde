*** Test Cases ***
Passes
    Should Be Equal    ${2}    ${2}

Fails
    Should Be Equal    ${2}    ${3}

Is Skipped
    Skip    not today

Says "<b>" & 'it' 🎉
    Fail    \x1b[31mred\x1b[39m <b> ]]> end

Breaks In Its Setup
    [Setup]    Fail    the hook broke
    No Operation

Breaks In Its Teardown
    No Operation
    [Teardown]    Fail    the last hook broke

Takes Too Long
    [Timeout]    100 ms
    Sleep    5 s

Of Many
    [Template]    Should Be Equal
    one    one
    one    two
