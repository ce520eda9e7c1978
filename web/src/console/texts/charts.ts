import type { Like } from '@shared/i18n'

export const chartsZh = {
  charts: {
    span: '显示多久',
    spans: { hour: '1 小时', day: '24 小时', week: '7 天', quarter: '90 天' },
    none: '银行还没有留存读数：第一条在一分钟内到来，在此之前只有本窗口所见。',
    since: '自 {time} 起有读数，更早的没有留存。',
    gap: '{from} 至 {until} 没有读数：银行当时没有运行，或数据库没有应答。',
    gaps: '共有 {count} 段没有读数，最近一段：{from} 至 {until}。银行当时没有运行，或数据库没有应答。',
    kept: '银行每分钟留存一次读数；一天之后每小时一条，保留 90 天。',
  },
}

export const chartsEn: Like<typeof chartsZh> = {
  charts: {
    span: 'How far back',
    spans: { hour: '1 hour', day: '24 hours', week: '7 days', quarter: '90 days' },
    none: 'The bank has kept no readings yet: the first comes within a minute. Until then there is what this window sees.',
    since: 'There are readings since {time}; nothing was kept before.',
    gap: 'No readings from {from} until {until}: the bank did not run, or its database did not answer.',
    gaps: 'No readings at {count} times, the latest from {from} until {until}: the bank did not run, or its database did not answer.',
    kept: 'The bank keeps a reading each minute; after a day one for each hour, for 90 days.',
  },
}
