import { expect, test } from '@playwright/test'

const SHOP = `<title>Shop</title><h1>Basket</h1><button onclick="document.querySelector('output').textContent='12.31'">Pay now</button><output></output>`

test('shows the basket', async ({ page }) => {
  await page.setContent(SHOP)
  await expect(page.getByRole('heading')).toHaveText('Basket')
})

test('pays by card', async ({ page }) => {
  await page.setContent(SHOP)
  await page.getByRole('button', { name: 'Pay now' }).click()
  await expect(page.locator('output')).toHaveText('12.30', { timeout: 500 })
})
