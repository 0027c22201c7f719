import { z } from 'zod';
import { ApiError } from '../../errors.js';
import { parseAnswer } from './answer-xml.js';
import type { Bucket } from './bucket.js';

export type ListedObject = { key: string; bytes: number };

const Page = z
  .object({
    ListBucketResult: z.object({
      IsTruncated: z.enum(['true', 'false']),
      NextContinuationToken: z.string().optional(),
      Contents: z.array(z.object({ Key: z.string(), Size: z.string().regex(/^\d+$/) })).default([]),
    }),
  })
  .transform(({ ListBucketResult: { IsTruncated, NextContinuationToken, Contents } }) => ({
    objects: Contents.map(({ Key: key, Size }) => ({ key, bytes: Number(Size) })),
    next: IsTruncated === 'true' ? (NextContinuationToken ?? '') : undefined,
  }));

/** S3's own limit. */
const largestPage = 1000;

/**
 * Every object whose key begins so, in the order of the service, which is that of the keys' bytes in most.
 * @param pageSize objects that one request asks for
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export async function listObjects(
  bucket: Bucket,
  prefix: string,
  pageSize = largestPage,
): Promise<ListedObject[]> {
  const listed: ListedObject[] = [];
  const query = { 'list-type': '2', prefix, 'max-keys': String(pageSize) };
  let token: string | undefined;
  do {
    const { body } = await bucket.request({
      method: 'GET',
      query: token === undefined ? query : { ...query, 'continuation-token': token },
    });
    const page = Page.safeParse(parseAnswer(body.toString()));
    if (!page.success) throw unexpected(bucket, 'the list has another form');
    listed.push(...page.data.objects);
    if (page.data.next === '') throw unexpected(bucket, 'there are more objects, but not where they begin');
    token = page.data.next;
  } while (token !== undefined);
  return listed;
}

function unexpected(bucket: Bucket, detail: string): ApiError {
  return new ApiError('S3', 'GET', `/${bucket.name}`, 200, `unexpected answer: ${detail}`, false);
}
