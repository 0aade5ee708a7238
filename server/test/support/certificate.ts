/**
 * A certificate for `hooks.test`, which nobody trusts who is not told to. It and its key are for tests on loopback, and are nobody's
 * secret; both are good for a hundred years.
 */
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglViCeFkxwVbcF6nu
lMucUWzpYd97ql/U3lQrMBudqkOhRANCAARIHWqovQrxhbGipj6N5YeLedhNBVOo
i+D874UyODGR9K7wfRKPB17hd361e73PluOCqJaz7pUxSZ6xvCjFvI5V
-----END PRIVATE KEY-----
`;

export const cert = `-----BEGIN CERTIFICATE-----
MIIBlzCCAT6gAwIBAgIUcpcQnn9JMM+zT48WYBci5hLnA+owCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKaG9va3MudGVzdDAgFw0yNjExMjgwMzMyMzdaGA8yMTI2MTEw
NDAzMzIzN1owFTETMBEGA1UEAwwKaG9va3MudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABEgdaqi9CvGFsaKmPo3lh4t52E0FU6iL4PzvhTI4MZH0rvB9Eo8H
XuF3frV7vc+W44KolrPulTFJnrG8KMW8jlWjajBoMB0GA1UdDgQWBBRdV3BJohbH
/maxcTnfvTx9OVHvnTAfBgNVHSMEGDAWgBRdV3BJohbH/maxcTnfvTx9OVHvnTAP
BgNVHRMBAf8EBTADAQH/MBUGA1UdEQQOMAyCCmhvb2tzLnRlc3QwCgYIKoZIzj0E
AwIDRwAwRAIgTZR5kQN6/elR9A5HG/wMKOqnuj0EulNqY23jlqcd8GcCIB5d3/AS
0o4n4XGmzzNfrsJETBLKcwvv0yNCOJQrw4M3
-----END CERTIFICATE-----
`;
