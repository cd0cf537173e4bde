raise 'no test was reached'
