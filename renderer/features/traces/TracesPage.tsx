import { setPageParams, openPage, usePage } from '../../state/navigation.ts';
import { CompareView } from './CompareView.tsx';
import { filterFrom, paramsOf } from './traceFilter.ts';
import type { ListPlace } from './TraceList.tsx';
import { TraceListView } from './TraceListView.tsx';
import { TraceView } from './TraceView.tsx';

/** The trace that was opened last, and where it stood: coming back, the list is as it was left. */
let lastOpened: ListPlace | undefined;

/** The traces: a list that follows, one trace as a waterfall, or two side by side. */
export function TracesPage() {
  const { params } = usePage();
  const filter = filterFrom(params);
  const trace = params['trace'];
  const other = params['with'];
  const kept = paramsOf(filter);
  const showList = (): void => openPage('traces', kept);
  if (trace !== undefined && other !== undefined) {
    return <CompareView key={`${trace} ${other}`} a={trace} b={other} onBack={showList} />;
  }
  if (trace !== undefined) {
    return (
      <TraceView
        key={trace}
        traceId={trace}
        span={params['span']}
        onSpan={(span) => setPageParams({ ...kept, trace, ...(span === undefined ? {} : { span }) })}
        onBack={showList}
      />
    );
  }
  return (
    <TraceListView
      filter={filter}
      onFilter={(next) => setPageParams(paramsOf(next))}
      initial={lastOpened}
      onOpen={(place) => {
        lastOpened = place;
        openPage('traces', { ...kept, trace: place.traceId });
      }}
      onCompare={(a, b) => openPage('traces', { ...kept, trace: a, with: b })}
    />
  );
}
