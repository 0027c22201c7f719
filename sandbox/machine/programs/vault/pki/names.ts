import { AsnConvert } from '@peculiar/asn1-schema';
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from '@peculiar/asn1-x509';

const commonNameType = '2.5.4.3';

/** A distinguished name of a common name alone, DER. */
export function nameOf(commonName: string): Buffer {
  const value = new AttributeValue({ utf8String: commonName });
  const part = new AttributeTypeAndValue({ type: commonNameType, value });
  return Buffer.from(AsnConvert.serialize(new Name([new RelativeDistinguishedName([part])])));
}
