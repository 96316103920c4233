/** The beginning of a TLS handshake (RFC 8446, section 5.1): a record of 512 bytes of which five are sent. */
export const halfHello = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03]);
