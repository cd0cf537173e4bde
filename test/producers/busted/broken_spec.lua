error('no test was reached')
