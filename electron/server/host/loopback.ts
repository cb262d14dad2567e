/** Whether an address of a socket is of this machine alone: 127.0.0.0/8, also inside IPv6, and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return address === '127.0.0.1' || address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/i.test(address);
}
