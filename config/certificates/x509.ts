import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { CertificationRequest, CertificationRequestInfo, Attributes } from '@peculiar/asn1-csr';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import type { AuthorityKey } from './authority-key.js';
import { derOf, pem } from './pem.js';

const ecdsaWithSha384 = '1.2.840.10045.4.3.3';
const commonNameType = '2.5.4.3';
const organizationType = '2.5.4.10';

/** What a certificate is for: to sign others, with so many authorities below it at most, or to answer by these names. */
export type CertificateUse =
  | { kind: 'authority'; pathLength?: number }
  | { kind: 'server'; names: readonly string[]; addresses: readonly string[] };

export type CertificateContent = {
  subject: Subject;
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Buffer;
  use: CertificateUse;
  notBefore: Date;
  notAfter: Date;
  /** 20 bytes at most; random when absent. With one the same content makes the same certificate. */
  serial?: Buffer;
};

/** A distinguished name of the two parts that Socle writes, or one that was read, DER. */
export type Subject = { commonName: string; organization: string } | Buffer;

/** Who signs: the name and key identifier that stand in what is signed. */
export type Issuer = { subject: Subject; key: AuthorityKey; keyIdentifier: Buffer };

/** An X.509 version 3 certificate, signed with ECDSA and SHA-384, as PEM (RFC 5280). */
export function signCertificate(content: CertificateContent, issuer: Issuer): string {
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: bytes(positive(content.serial ?? randomBytes(16))),
    signature: algorithm(),
    issuer: nameOf(issuer.subject),
    validity: new Validity({ notBefore: content.notBefore, notAfter: content.notAfter }),
    subject: nameOf(content.subject),
    subjectPublicKeyInfo: AsnConvert.parse(content.publicKey, SubjectPublicKeyInfo),
    extensions: new Extensions(extensionsOf(content, issuer)),
  });
  const certificate = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: algorithm(),
    signatureValue: bytes(issuer.key.sign(new Uint8Array(AsnConvert.serialize(body)))),
  });
  return pem('CERTIFICATE', AsnConvert.serialize(certificate));
}

/** A PKCS #10 request for the certificate of an authority, as PEM (RFC 2986). */
export function signRequest(subject: Subject, key: AuthorityKey): string {
  const info = new CertificationRequestInfo({
    version: 0,
    subject: nameOf(subject),
    subjectPKInfo: AsnConvert.parse(key.publicKey, SubjectPublicKeyInfo),
    attributes: new Attributes(),
  });
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: algorithm(),
    signature: bytes(key.sign(new Uint8Array(AsnConvert.serialize(info)))),
  });
  return pem('CERTIFICATE REQUEST', AsnConvert.serialize(request));
}

/** Digests of the signatures that requests may bear, by algorithm (RFC 5758, RFC 8017). */
const requestDigests: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
};

/**
 * Public key and subject of a PKCS #10 request, both DER. What else it asks for is not looked at: names and purpose are
 * Socle's to say.
 * @throws Error when the request is none or its own key did not sign it
 */
export function readRequest(text: string): { publicKey: Buffer; subject: Buffer } {
  const request = AsnConvert.parse(derOf('CERTIFICATE REQUEST', text), CertificationRequest);
  const info = request.certificationRequestInfo;
  const publicKey = Buffer.from(AsnConvert.serialize(info.subjectPKInfo));
  const digest = requestDigests[request.signatureAlgorithm.algorithm];
  const signed = request.certificationRequestInfoRaw;
  const holds =
    digest !== undefined &&
    signed !== undefined &&
    verify(
      digest,
      Buffer.from(signed),
      createPublicKey({ key: publicKey, format: 'der', type: 'spki' }),
      Buffer.from(request.signature),
    );
  if (!holds) throw new Error('the signing request is not signed by the key that it is for');
  return { publicKey, subject: Buffer.from(AsnConvert.serialize(info.subject)) };
}

/** Subject (DER) and subject key identifier of a certificate; the identifier is computed where it bears none. */
export function readCertificate(text: string): { subject: Buffer; keyIdentifier: Buffer; publicKey: Buffer } {
  const { tbsCertificate } = AsnConvert.parse(derOf('CERTIFICATE', text), Certificate);
  const publicKey = Buffer.from(AsnConvert.serialize(tbsCertificate.subjectPublicKeyInfo));
  const extension = tbsCertificate.extensions?.find(({ extnID }) => extnID === id_ce_subjectKeyIdentifier);
  const identifier = extension && AsnConvert.parse(extension.extnValue.buffer, SubjectKeyIdentifier);
  return {
    subject: Buffer.from(AsnConvert.serialize(tbsCertificate.subject)),
    keyIdentifier: identifier ? Buffer.from(identifier.buffer) : keyIdentifierOf(publicKey),
    publicKey,
  };
}

/** The first 160 bits of the SHA-256 of a public key (RFC 7093, section 2, method 1 over the whole structure: method 4). */
export function keyIdentifierOf(publicKey: Buffer): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}

function extensionsOf({ use, publicKey }: CertificateContent, issuer: Issuer): Extension[] {
  const isAuthority = use.kind === 'authority';
  const constraints = new BasicConstraints({
    cA: isAuthority,
    ...(isAuthority && use.pathLength !== undefined ? { pathLenConstraint: use.pathLength } : {}),
  });
  const usage = isAuthority
    ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    : KeyUsageFlags.digitalSignature;
  return [
    extension(id_ce_basicConstraints, true, constraints),
    extension(id_ce_keyUsage, true, new KeyUsage(usage)),
    ...(use.kind === 'server'
      ? [
          extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth, id_kp_clientAuth])),
          extension(id_ce_subjectAltName, false, alternativeNames(use.names, use.addresses)),
        ]
      : []),
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(bytes(keyIdentifierOf(publicKey)))),
    extension(
      id_ce_authorityKeyIdentifier,
      false,
      new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(bytes(issuer.keyIdentifier)) }),
    ),
  ];
}

function alternativeNames(names: readonly string[], addresses: readonly string[]): SubjectAlternativeName {
  return new SubjectAlternativeName([
    ...names.map((name) => new GeneralName({ dNSName: name })),
    ...addresses.map((address) => new GeneralName({ iPAddress: address })),
  ]);
}

function extension(id: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID: id, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function nameOf(subject: Subject): Name {
  if (Buffer.isBuffer(subject)) return AsnConvert.parse(subject, Name);
  return new Name([part(organizationType, subject.organization), part(commonNameType, subject.commonName)]);
}

function part(type: string, value: string): RelativeDistinguishedName {
  return new RelativeDistinguishedName([
    new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String: value }) }),
  ]);
}

/** ECDSA's identifier bears no parameters (RFC 5758, section 3.2). */
function algorithm(): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm: ecdsaWithSha384 });
}

/** A serial number is a positive integer without a leading zero byte (RFC 5280, 4.1.2.2). */
function positive(serial: Buffer): Buffer {
  const copy = Buffer.from(serial);
  copy[0] = (copy[0]! & 0x3f) | 0x40;
  return copy;
}

function bytes(buffer: Uint8Array): ArrayBuffer {
  return Uint8Array.from(buffer).buffer;
}
