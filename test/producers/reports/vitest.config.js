export default { test: { include: ['price.test.js'] } }
