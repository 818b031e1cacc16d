import type { FieldNode, FragmentDefinitionNode, GraphQLResolveInfo, InlineFragmentNode } from 'graphql';

/** Whether a field is asked for directly below this one, in fragments too. One that @skip leaves out counts. */
export function isSelected(info: GraphQLResolveInfo, field: string): boolean {
  return info.fieldNodes.some((node) => selects(node, field, info));
}

function selects(
  node: FieldNode | InlineFragmentNode | FragmentDefinitionNode,
  field: string,
  info: GraphQLResolveInfo,
): boolean {
  const selections = node.selectionSet?.selections ?? [];
  return selections.some((selection) => {
    if (selection.kind === 'Field') return selection.name.value === field;
    return selects(
      selection.kind === 'FragmentSpread' ? info.fragments[selection.name.value]! : selection,
      field,
      info,
    );
  });
}
