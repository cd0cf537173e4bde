export default { title: 'Button', render: ({ label }) => { const b = document.createElement('button'); b.textContent = label; b.onclick = () => { b.textContent = 'Paid' }; return b }, argTypes: { label: { control: 'text' } } }
export const Pay = { args: { label: 'Pay now' } }
export const Cancel = { args: { label: 'Cancel' } }
