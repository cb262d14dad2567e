/** What the shop sells; prices in cents. */
export const products = [
  { id: 'tea', title: 'Green tea', price: 690 },
  { id: 'cup', title: 'Stoneware cup', price: 1450 },
  { id: 'pot', title: 'Cast iron pot', price: 8900 },
  { id: 'honey', title: 'Acacia honey', price: 980 },
];
