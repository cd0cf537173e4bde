export default { test: { include: ['*.spec.mjs'], retry: 0 } }
